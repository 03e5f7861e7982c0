"""Corrections of approved minutes and clawbacks: new lines, and the old ones stay."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import OperationsActor, SystemActor
from app.domain.adjustments import DeclineReason, Outcome
from app.domain.rates import DatedRate
from app.domain.refusals import AlreadyUsed, IllegalMove, NotFound
from app.engagements import bill_terms, pay_terms
from app.timesheets import bill_minutes, for_companies, pay_minutes, settling
from app.timesheets.bill_lines import BillLine
from app.timesheets.pay_lines import PayLine
from app.timesheets.refusals import (
    ClawbackTooLarge,
    CorrectionTooLarge,
    EvidenceUnknown,
    TooLateToTake,
    WeekNotApproved,
)
from app.timesheets.settling import Answer
from app.timesheets.tables import TimeEntry
from tests.factories.adjusted import approved_week, bonus, claw_back, correct, invoice
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, MONDAY, NOW, assert_proven, counters, log

OPERATIONS = OperationsActor(uuid4())
CLOCK = SystemActor("adjustment_deadline")
LATE = NOW + timedelta(days=5)


async def at_work(session: AsyncSession) -> Deal:
    """Two hours of last week approved, at 100.01 and 80.01."""
    at = await deal(session, now=NOW, bill_minor=10_001, pay_minor=8_001)
    await approved_week(session, at)
    return at


async def sums(session: AsyncSession) -> tuple[int, int, int, int]:
    """Minutes and money of both sides."""
    bill = (
        await session.execute(select(func.sum(BillLine.minutes), func.sum(BillLine.bill_minor)))
    ).one()
    pay = (
        await session.execute(select(func.sum(PayLine.minutes), func.sum(PayLine.pay_minor)))
    ).one()
    return int(bill[0]), int(bill[1]), int(pay[0]), int(pay[1])


async def entry_of(session: AsyncSession, at: Deal) -> UUID:
    found = await session.scalar(
        select(TimeEntry.id).where(TimeEntry.engagement_id == at.engagement.id)
    )
    assert found is not None
    return found


async def test_more_minutes_at_once_and_rounded_with_the_week(session: AsyncSession) -> None:
    at, id_ = await at_work(session), uuid4()
    for n in range(2):
        filed = await correct(session, at.client, at, 7, id_=id_)
        assert (filed.created, filed.adjustment.state) == (n == 0, "approved")
    await correct(session, at.client, at, 7)
    # 134 minutes at 100.01 and 80.01 an hour, each sum rounded once.
    assert await sums(session) == (134, 22_336, 134, 17_869)
    lines = (await session.scalars(select(BillLine).where(BillLine.type == "correction"))).all()
    assert {line.week_starts_at for line in lines} == {LAST_WEEK}
    assert filed.adjustment.timesheet_id is not None
    used = await counters(session)
    assert used["credit_limit"] == 134 * 60 * 10_001
    assert used["engagement_total"] == 7_200  # hours that were logged, and only they
    with pytest.raises(AlreadyUsed):
        await correct(session, at.client, at, 8, id_=id_)
    await assert_proven(session)


async def test_fewer_minutes_need_consent(session: AsyncSession) -> None:
    at = await at_work(session)
    before = await sums(session)
    filed = (await correct(session, at.client, at, -20)).adjustment
    assert (filed.state, await sums(session)) == ("awaits_trainer", before)
    with pytest.raises(IllegalMove):
        await settling.decide_adjustment(
            session, OPERATIONS, filed.id, Answer(Outcome.APPROVED, None, "So."), now=NOW
        )
    for _ in range(2):
        done = await settling.answer_correction(
            session, at.worker, filed.id, consent=True, answer=None, now=NOW
        )
    assert (done.state, done.decider) == ("approved", "trainer")
    assert await sums(session) == (100, 16_668, 100, 13_335)
    assert (await counters(session))["credit_limit"] == 7_200 * 10_001  # freed when it is paid
    await assert_proven(session)


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.DECLINED, None])
async def test_an_objection_is_decided_and_silence_takes_nothing(
    session: AsyncSession, outcome: Outcome | None
) -> None:
    at = await at_work(session)
    before = await sums(session)
    filed = (await correct(session, at.client, at, -20)).adjustment
    for _ in range(2):
        objected = await settling.answer_correction(
            session, at.worker, filed.id, consent=False, answer="I was there.", now=NOW
        )
    assert (objected.state, objected.answer) == ("awaits_operations", "I was there.")
    if outcome is None:
        with pytest.raises(TooLateToTake):
            await settling.decide_adjustment(
                session, OPERATIONS, filed.id, Answer(Outcome.APPROVED, None, "So."), now=LATE
            )
        assert await settling.due(session, now=LATE) == [filed.id]
        done = await settling.move_on(session, CLOCK, filed.id, now=LATE)
        assert (done.state, done.decider) == ("declined", "clock")
    else:
        reason = DeclineReason.NOT_PROVEN if outcome is Outcome.DECLINED else None
        answer = Answer(outcome, reason, "The log says so.")
        for _ in range(2):
            done = await settling.decide_adjustment(session, OPERATIONS, filed.id, answer, now=NOW)
        assert (done.state, done.decider) == (outcome, "operations")
    taken = outcome is Outcome.APPROVED
    assert (await sums(session) != before) == taken
    await assert_proven(session)


async def test_silence_of_the_trainer_goes_to_operations(session: AsyncSession) -> None:
    at = await at_work(session)
    filed = (await correct(session, at.client, at, -20)).adjustment
    moved = await settling.move_on(session, CLOCK, filed.id, now=LATE - timedelta(seconds=1))
    assert moved.state == "awaits_trainer"
    moved = await settling.move_on(session, CLOCK, filed.id, now=LATE)
    assert moved.state == "awaits_operations"
    assert await settling.due(session, now=LATE) == []
    await assert_proven(session)


async def test_never_more_than_was_approved(session: AsyncSession) -> None:
    at = await at_work(session)
    for actor in (at.client, OPERATIONS):
        with pytest.raises(CorrectionTooLarge):
            await correct(session, actor, at, -121)
    # Two that fit alone do not fit both: the second is refused when it is consented to.
    first, second = [(await correct(session, at.client, at, -70)).adjustment for _ in range(2)]
    await settling.answer_correction(
        session, at.worker, first.id, consent=True, answer=None, now=NOW
    )
    with pytest.raises(CorrectionTooLarge):
        await settling.answer_correction(
            session, at.worker, second.id, consent=True, answer=None, now=NOW
        )
    await correct(session, OPERATIONS, at, -50)
    assert await sums(session) == (0, 0, 0, 0)
    await assert_proven(session)


async def test_only_weeks_that_are_approved(session: AsyncSession) -> None:
    at, other = await at_work(session), await deal(session, now=NOW)
    for worked_at in (MONDAY, LAST_WEEK - HOUR, NOW + HOUR):
        with pytest.raises(WeekNotApproved):
            await correct(session, at.client, at, 5, worked_at=worked_at)
    with pytest.raises(NotFound):
        await correct(session, other.client, at, 5)
    filed = (await correct(session, at.client, at, -5)).adjustment
    with pytest.raises(NotFound):
        await settling.answer_correction(
            session, other.worker, filed.id, consent=True, answer=None, now=NOW
        )


async def test_the_dated_rates_of_the_time_that_was_worked(session: AsyncSession) -> None:
    """Both rates change in the middle of the week: a correction is priced as of its instant."""
    at = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000)
    noon = LAST_WEEK + timedelta(days=2)
    await bill_terms.add_rate(session, at.engagement.id, DatedRate(noon, 20_000, "USD"))
    await pay_terms.add_rate(session, at.engagement.id, DatedRate(noon, 16_000, "USD"))
    await approved_week(session, at, start=noon - HOUR)
    assert await sums(session) == (120, 30_000, 120, 24_000)
    await correct(session, OPERATIONS, at, -60, worked_at=noon)
    assert await sums(session) == (60, 10_000, 60, 8_000)
    with pytest.raises(CorrectionTooLarge):
        await correct(session, OPERATIONS, at, -1, worked_at=noon)
    await correct(session, OPERATIONS, at, 6, worked_at=noon - HOUR)
    assert await sums(session) == (66, 11_000, 66, 8_800)
    await assert_proven(session)


async def test_a_clawback_takes_the_mirror_of_a_bonus(session: AsyncSession) -> None:
    at, id_ = await at_work(session), uuid4()
    evidence = await entry_of(session, at)
    for n in range(2):
        filed = await claw_back(session, OPERATIONS, at, 1_001, evidence=evidence, id_=id_)
        assert filed.created == (n == 0)
    assert await sums(session) == (120, 20_002 - 1_001, 120, 16_002 - 800)
    (line,) = (await session.scalars(select(PayLine).where(PayLine.type == "clawback"))).all()
    assert line.owed  # its week is not paid for yet: it waits, and is set off with it
    with pytest.raises(AlreadyUsed):
        await claw_back(session, OPERATIONS, at, 1_002, evidence=evidence, id_=id_)
    await assert_proven(session)


async def test_a_clawback_is_bounded_and_proven(session: AsyncSession) -> None:
    at, other = await at_work(session), await at_work(session)
    evidence = await entry_of(session, at)
    with pytest.raises(ClawbackTooLarge):
        await claw_back(session, OPERATIONS, at, 20_003, evidence=evidence)
    for foreign in (uuid4(), await entry_of(session, other)):
        with pytest.raises(EvidenceUnknown):
            await claw_back(session, OPERATIONS, at, 100, evidence=foreign)
    given = (await bonus(session, at, 50_000)).adjustment
    await claw_back(session, OPERATIONS, at, 50_000, evidence=given.id)
    await claw_back(session, OPERATIONS, at, 20_002, evidence=evidence)
    with pytest.raises(ClawbackTooLarge):
        await claw_back(session, OPERATIONS, at, 1, evidence=evidence)
    assert (await sums(session))[1] == 20_002 + 20_002 - 20_002
    await assert_proven(session)


async def test_minutes_are_not_taken_back_twice(session: AsyncSession) -> None:
    """What a clawback has taken, a correction cannot take again; a budget never turns negative."""
    at = await at_work(session)
    await claw_back(session, OPERATIONS, at, 15_000, evidence=await entry_of(session, at))
    with pytest.raises(CorrectionTooLarge):
        await correct(session, OPERATIONS, at, -40)
    await correct(session, OPERATIONS, at, -30)
    used = await counters(session)
    assert used["project_budget"] == used["credit_limit"] - 30 * 60 * 10_001 == 90 * 60 * 10_001
    await assert_proven(session)


async def test_every_minute_is_explained_and_sums_are_not_minutes(session: AsyncSession) -> None:
    """A correction stands on the open sheet beside hours to come; a bonus is listed elsewhere."""
    at = await at_work(session)
    filed = (await correct(session, OPERATIONS, at, -10)).adjustment
    await bonus(session, at, 500)
    await log(session, at, MONDAY, 1)
    assert filed.timesheet_id is not None
    theirs = await bill_minutes.explain(session, at.client, filed.timesheet_id)
    hers = await pay_minutes.explain(session, at.worker, filed.timesheet_id)
    seen = await for_companies.with_amount(session, theirs.sheet)
    assert theirs.minutes == hers.minutes == seen.amount.minutes == 50
    assert theirs.minor == seen.amount.billed.minor - 500 == 10_001 - 1_667
    assert [(g.here.minutes, g.earlier.minutes) for g in theirs.groups] == [(-10, 120), (60, 0)]


async def test_a_negative_sum_is_carried_over(session: AsyncSession) -> None:
    """An invoice is never negative: what is credited waits for the next one that is not."""
    at = await at_work(session)
    assert [i.net_minor for i in (await invoice(session)).invoices] == [20_002]
    await claw_back(session, OPERATIONS, at, 5_000, evidence=await entry_of(session, at))
    assert (await invoice(session)).invoices == []
    await bonus(session, at, 5_000)
    assert (await invoice(session)).invoices == []
    await bonus(session, at, 1)
    assert [i.net_minor for i in (await invoice(session)).invoices] == [1]
    await assert_proven(session)


@pytest.mark.parametrize(
    "over",
    [
        {"type": "clawback"},
        {"type": "correction", "minutes": 1},
        {"bill_minor": -1},
        {"adjustment_id": None},
        {"minutes": 1, "worked_seconds": 60},
        {"type": "quality"},
    ],
)
async def test_the_database_knows_the_signs(session: AsyncSession, over: dict[str, object]) -> None:
    at = await at_work(session)
    await bonus(session, at, 500)
    changed = update(BillLine).where(BillLine.type == "bonus").values(**over)
    with pytest.raises(IntegrityError):
        await session.execute(changed.execution_options(synchronize_session=False))
