"""Contests of single entries: what is paid at once, what waits, and what each silence does."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, CompanyRole, OperationsActor, SystemActor
from app.domain.contests import ContestReason, Outcome
from app.domain.refusals import IllegalMove, InvalidValues, NotAllowed, NotFound
from app.domain.timesheets import EntryState, OverCapReason
from app.timesheets import (
    answering,
    approving,
    contesting,
    contests,
    deciding,
    judging,
    pay_lines,
    queries,
    recording,
    submitting,
)
from app.timesheets.bill_lines import BillLine
from app.timesheets.contesting import Objection
from app.timesheets.contests import Contest, ContestFacts
from app.timesheets.deciding import Decision
from app.timesheets.judging import Judgement
from app.timesheets.pay_lines import PayLine
from app.timesheets.queries import PieceFacts
from app.timesheets.refusals import AnsweredBefore, AnswerTooLate, DecisionTooLate
from app.timesheets.tables import TimeEntry
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, NOW, assert_proven, counters, log

DAY = timedelta(days=1)
CLOCK = SystemActor("contest_deadline")
YES = Judgement(Outcome.APPROVED, "It was worked.")
NO = Judgement(Outcome.DECLINED, "It stands there twice.")


def operations() -> OperationsActor:
    return OperationsActor(uuid4())


def object_to(pieces: Sequence[PieceFacts]) -> list[Objection]:
    return [Objection(p.id, ContestReason.DUPLICATE, "It is there twice.") for p in pieces]


async def handed_in(session: AsyncSession, at: Deal, *hours: float) -> list[PieceFacts]:
    """The pieces of a submitted sheet, in order."""
    pieces = [
        (await log(session, at, LAST_WEEK + 3 * n * HOUR, length)).entry.root
        for n, length in enumerate(hours)
    ]
    sheet_id = pieces[0].timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    return await queries.pieces_on_sheet(session, sheet_id)


async def contested(
    session: AsyncSession, at: Deal, pieces: Sequence[PieceFacts]
) -> list[ContestFacts]:
    sheet_id = pieces[0].timesheet_id
    assert sheet_id is not None
    _, found = await contesting.contest_entries(
        session, at.client, sheet_id, object_to(pieces), now=NOW
    )
    return found


async def states(session: AsyncSession, pieces: Sequence[PieceFacts]) -> list[str]:
    found = await session.execute(select(TimeEntry.id, TimeEntry.state))
    rows = {row.id: row.state for row in found}
    return [rows[piece.id] for piece in pieces]


async def sheet_state(session: AsyncSession, pieces: Sequence[PieceFacts]) -> str:
    assert pieces[0].timesheet_id is not None
    return (await queries.sheet(session, pieces[0].timesheet_id)).state


async def earned(session: AsyncSession) -> tuple[int, int]:
    """Minutes and minor units of all pay lines."""
    rows = (await session.execute(select(PayLine.minutes, PayLine.pay_minor))).all()
    return sum(minutes for minutes, _ in rows), sum(minor for _, minor in rows)


async def test_the_rest_is_approved_at_once(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    pieces = await handed_in(session, at, 1, 2, 0.5)
    before = await counters(session)
    (contest,) = await contested(session, at, pieces[1:2])
    assert await states(session, pieces) == ["approved", "contested", "approved"]
    assert await sheet_state(session, pieces) == "approved"
    assert (await earned(session))[0] == 90
    assert await counters(session) == before
    assert (contest.state, contest.answer_by_at) == ("awaits_answer", NOW + 5 * DAY)
    assert (contest.worked_seconds, contest.decider) == (7_200, None)
    await assert_proven(session)


async def test_the_same_again_changes_nothing_and_another_is_too_late(
    session: AsyncSession,
) -> None:
    at = await deal(session, now=NOW)
    pieces = await handed_in(session, at, 1, 1, 1)
    first = await contested(session, at, pieces[:1])
    assert await contested(session, at, pieces[:1]) == first
    for others in (pieces[1:2], pieces[:2]):
        with pytest.raises(IllegalMove):
            await contested(session, at, others)
    await assert_proven(session)


async def test_all_contested_and_all_declined(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    pieces = await handed_in(session, at, 1, 2)
    found = await contested(session, at, pieces)
    assert await sheet_state(session, pieces) == "contested"
    assert await earned(session) == (0, 0)
    with pytest.raises(IllegalMove):
        await approving.approve(session, at.client, found[0].timesheet_id, now=NOW)
    await assert_proven(session)
    for n, contest in enumerate(found):
        await answering.answer_contest(session, at.worker, contest.id, "I did.", now=NOW)
        declined = await judging.decide_contest(session, operations(), contest.id, NO, now=NOW)
        assert (declined.state, declined.decider) == ("declined", "operations")
        assert await sheet_state(session, pieces) == ("contested", "declined")[n]
        await assert_proven(session)
    assert await states(session, pieces) == ["declined", "declined"]
    assert set((await counters(session)).values()) == {0}


async def test_all_contested_and_one_allowed(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    pieces = await handed_in(session, at, 1, 2)
    one, two = await contested(session, at, pieces)
    await contesting.withdraw_contest(session, at.client, one.id, now=NOW)
    assert await sheet_state(session, pieces) == "approved"
    await answering.answer_contest(session, at.worker, two.id, "I did.", now=NOW)
    await judging.decide_contest(session, operations(), two.id, NO, now=NOW)
    assert await sheet_state(session, pieces) == "approved"
    assert (await earned(session))[0] == 60
    used = await counters(session)
    assert used["engagement_total"] == used["trainer_week 2026-11-16"] == 3_600
    await assert_proven(session)


async def test_time_approved_apart_comes_to_the_same(session: AsyncSession) -> None:
    """Three times 10 min 10 s: 31 minutes together (half up), whatever the order of approvals."""
    length = 610 / 3_600
    at, other = await deal(session, now=NOW), await deal(session, now=NOW)
    together = await handed_in(session, at, *[length] * 3)
    assert together[0].timesheet_id is not None
    await approving.approve(session, at.client, together[0].timesheet_id, now=NOW)
    apart = await handed_in(session, other, *[length] * 3)
    for contest in await contested(session, other, apart[1:]):
        await contesting.withdraw_contest(session, other.client, contest.id, now=NOW)
    sums = {}
    for line in (BillLine, PayLine):
        for where in (at, other):
            rows = await session.scalars(
                select(line.minutes).where(line.engagement_id == where.engagement.id)
            )
            sums[line, where.engagement.id] = sum(rows)
    assert set(sums.values()) == {31}
    await assert_proven(session)


async def test_an_answer_once_and_in_time(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    one, two, three = await contested(session, at, await handed_in(session, at, 1, 1, 1))
    said = await answering.answer_contest(session, at.worker, one.id, "I did.", now=NOW + DAY)
    assert (said.state, said.decide_by_at) == ("awaits_decision", NOW + 6 * DAY)
    again = await answering.answer_contest(session, at.worker, one.id, "I did.", now=NOW + DAY)
    assert again == said
    with pytest.raises(AnsweredBefore):
        await answering.answer_contest(session, at.worker, one.id, "Yes.", now=NOW + DAY)
    with pytest.raises(AnswerTooLate):
        await answering.answer_contest(session, at.worker, two.id, "I did.", now=NOW + 5 * DAY)
    await contesting.withdraw_contest(session, at.client, three.id, now=NOW)
    with pytest.raises(IllegalMove):
        await answering.answer_contest(session, at.worker, three.id, "I did.", now=NOW)


async def test_whoever_is_silent_the_hours_are_paid(session: AsyncSession) -> None:
    """Neither she nor operations says a word: by the clock alone the hours are approved."""
    at = await deal(session, now=NOW)
    pieces = await handed_in(session, at, 1, 2)
    (contest,) = await contested(session, at, pieces[1:])
    early = NOW + 5 * DAY - timedelta(seconds=1)
    assert await answering.due(session, now=early) == []
    assert (await answering.hand_on(session, contest.id, now=early)).state == "awaits_answer"
    # The clock stood still for a day: her wait is counted from her own deadline.
    late = NOW + 6 * DAY
    assert await answering.due(session, now=late) == [contest.id]
    handed = await answering.hand_on(session, contest.id, now=late)
    assert (handed.state, handed.decide_by_at) == ("awaits_decision", NOW + 10 * DAY)
    with pytest.raises(AnswerTooLate):
        await answering.answer_contest(session, at.worker, contest.id, "I did.", now=late)
    assert await judging.due(session, now=NOW + 10 * DAY - timedelta(seconds=1)) == []
    before = await judging.decide_on_silence(session, CLOCK, contest.id, now=NOW + 9 * DAY)
    assert before == handed
    assert await judging.due(session, now=NOW + 10 * DAY) == [contest.id]
    with pytest.raises(DecisionTooLate):
        await judging.decide_contest(session, operations(), contest.id, NO, now=NOW + 10 * DAY)
    done = await judging.decide_on_silence(session, CLOCK, contest.id, now=NOW + 10 * DAY)
    assert (done.state, done.decider) == ("approved", "clock")
    assert await states(session, pieces) == ["approved", "approved"]
    assert (await earned(session))[0] == 180
    await assert_proven(session)


async def test_operations_decides_after_the_answer_and_once(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    one, two = await contested(session, at, await handed_in(session, at, 1, 2))
    for judgement in (YES, NO):
        with pytest.raises(IllegalMove):
            await judging.decide_contest(session, operations(), one.id, judgement, now=NOW)
    for each, judgement, other in ((one, YES, NO), (two, NO, YES)):
        await answering.answer_contest(session, at.worker, each.id, "I did.", now=NOW)
        done = await judging.decide_contest(session, operations(), each.id, judgement, now=NOW)
        assert done.decision_explanation == judgement.explanation
        same = await judging.decide_contest(session, operations(), each.id, judgement, now=NOW)
        assert same == done
        with pytest.raises(IllegalMove):
            await judging.decide_contest(session, operations(), each.id, other, now=NOW)
        with pytest.raises(IllegalMove):
            await contesting.withdraw_contest(session, at.client, each.id, now=NOW)
    await assert_proven(session)


async def test_withdrawing_twice_and_silence_of_the_company(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    (contest,) = await contested(session, at, (await handed_in(session, at, 1, 2))[:1])
    done = await contesting.withdraw_contest(session, at.client, contest.id, now=NOW)
    assert (done.state, done.decider) == ("withdrawn", "company")
    again = await contesting.withdraw_contest(session, at.client, contest.id, now=NOW + DAY)
    assert again == done
    assert (await earned(session))[0] == 180


async def test_only_what_stands_on_a_submitted_sheet(session: AsyncSession) -> None:
    at, other = await deal(session, now=NOW), await deal(session, now=NOW)
    pieces = await handed_in(session, at, 1, 1)
    sheet_id = pieces[0].timesheet_id
    assert sheet_id is not None
    strange = (await handed_in(session, other, 1))[0]
    for wrong in ([strange], [pieces[0], strange], [pieces[0], pieces[0]]):
        with pytest.raises(InvalidValues) as refused:
            await contesting.contest_entries(
                session, at.client, sheet_id, object_to(wrong), now=NOW
            )
        assert refused.value.errors[0].pointer == f"/entries/{len(wrong) - 1}/entry_id"
    for actor, refusal in (
        (other.client, NotFound),
        (ClientActor(at.company.id, at.owner_user_id, None, CompanyRole.VIEWER), NotAllowed),
    ):
        with pytest.raises(refusal):
            await contesting.contest_entries(session, actor, sheet_id, object_to(pieces), now=NOW)
    assert await states(session, pieces) == ["on_timesheet"] * 2


async def test_strangers_meet_nothing(session: AsyncSession) -> None:
    at, other = await deal(session, now=NOW), await deal(session, now=NOW)
    (contest,) = await contested(session, at, (await handed_in(session, at, 1, 2))[:1])
    with pytest.raises(NotFound):
        await answering.answer_contest(session, other.worker, contest.id, "Hers.", now=NOW)
    with pytest.raises(NotFound):
        await contesting.withdraw_contest(session, other.client, contest.id, now=NOW)
    viewer = ClientActor(at.company.id, at.owner_user_id, None, CompanyRole.VIEWER)
    with pytest.raises(NotAllowed):
        await contesting.withdraw_contest(session, viewer, contest.id, now=NOW)


async def test_contested_time_is_not_edited_deleted_or_decided_elsewhere(
    session: AsyncSession,
) -> None:
    """Time that was beyond a cap once is not declined as such while it is contested."""
    at = await deal(session, now=NOW, weekly_minutes=60)
    done = await log(session, at, LAST_WEEK, 2)
    over = done.entry.pieces[1].id
    await deciding.decide_over_cap(session, at.client, over, Decision(allow=True), now=NOW)
    sheet_id = done.entry.root.timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    pieces = await queries.pieces_on_sheet(session, sheet_id)
    await contested(session, at, [p for p in pieces if p.id == over])
    no = Decision(False, OverCapReason.NOT_AGREED, "No.")
    with pytest.raises(IllegalMove):
        await deciding.decide_over_cap(session, at.client, over, no, now=NOW)
    with pytest.raises(IllegalMove):
        await recording.delete_time(session, at.worker, done.entry.root.root_id, now=NOW)
    await assert_proven(session)


async def test_platform_cost_goes_back_where_it_was_counted(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    over = (await log(session, at, LAST_WEEK, 2)).entry.pieces[1]
    assert over.decide_by_at is not None
    late = over.decide_by_at + HOUR
    await deciding.decide_over_cap(session, operations(), over.id, Decision(allow=True), now=late)
    sheet_id = await session.scalar(select(TimeEntry.timesheet_id).where(TimeEntry.id == over.id))
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=late)
    _, (contest,) = await contesting.contest_entries(
        session, at.client, sheet_id, object_to([over]), now=late
    )
    await answering.answer_contest(session, at.worker, contest.id, "I did.", now=late)
    await judging.decide_contest(session, operations(), contest.id, NO, now=late)
    used = await counters(session)
    assert used["trainer_week 2026-11-16"] == used["engagement_total"] == 3_600
    await assert_proven(session)


async def test_what_a_contest_holds_back(session: AsyncSession) -> None:
    """The sum under the cause `contest` is what the lines grow by when all of it is allowed."""
    at = await deal(session, now=NOW)
    pieces = await handed_in(session, at, 610 / 3_600, 610 / 3_600, 610 / 3_600)
    found = await contested(session, at, pieces[1:])
    (held,) = await pay_lines.unapproved(session, [at.trainer.id])
    assert held.state is EntryState.CONTESTED
    before = (await earned(session))[1]
    for contest in found:
        await contesting.withdraw_contest(session, at.client, contest.id, now=NOW)
    assert (await earned(session))[1] - before == held.would_earn.minor > 0
    assert await pay_lines.unapproved(session, [at.trainer.id]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"reason_code": "low_quality"},
        {"state": "lost"},
        {"answer": "Never said."},
        {"decided_by": "system:x"},
        {"state": "approved", "decided_by": "x", "decided_at": NOW, "decide_by_at": NOW},
        {"state": "declined", "decided_by": "x", "decided_at": NOW, "decide_by_at": NOW},
        {"state": "awaits_decision"},
        {"answer_by_at": NOW},
    ],
)
async def test_the_database_refuses(session: AsyncSession, change: dict[str, object]) -> None:
    """A reason of quality, a decline without a reason, a decision of nobody: not even by hand."""
    at = await deal(session, now=NOW)
    (contest,) = await contested(session, at, await handed_in(session, at, 1))
    with pytest.raises(IntegrityError):
        async with session.begin_nested():
            await contests.write(session, contest.id, **change)


async def test_one_contest_for_an_entry(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    (contest,) = await contested(session, at, await handed_in(session, at, 1))
    row = await session.get_one(Contest, contest.id)
    values = {column.name: getattr(row, column.name) for column in Contest.__table__.columns}
    second: UUID = uuid4()
    with pytest.raises(IntegrityError):
        async with session.begin_nested():
            session.add(Contest(**{**values, "id": second}))
