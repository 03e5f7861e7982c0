"""From open to approved: who may do what, what is pinned, and what it comes to."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import CreditTerms
from app.domain.actor import ClientActor, CompanyRole, SystemActor
from app.domain.money import Money
from app.domain.rates import DatedRate
from app.domain.refusals import IllegalMove, NotAllowed, NotFound
from app.domain.timesheets import SendBackReason
from app.engagements import bill_terms
from app.kit.ids import new_id
from app.timesheets import approving, bill_lines, pay_lines, queries, recording, submitting
from app.timesheets.bill_lines import Billed, BillLine
from app.timesheets.pay_lines import Earned, PayLine
from app.timesheets.queries import SheetFacts
from app.timesheets.refusals import NothingToSubmit, SentBackBefore
from app.timesheets.tables import Approval, TimeEntry, TimesheetStep
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, MONDAY, NOW, assert_proven, log

CLOCK = SystemActor("test")


async def worked(
    session: AsyncSession, at: Deal, start: datetime = MONDAY + 9 * HOUR, hours: float = 1
) -> UUID:
    done = await log(session, at, start, hours)
    assert done.entry.root.timesheet_id is not None
    return done.entry.root.timesheet_id


async def submitted(
    session: AsyncSession, at: Deal, start: datetime = MONDAY + 9 * HOUR, hours: float = 1
) -> UUID:
    sheet_id = await worked(session, at, start, hours)
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    return sheet_id


async def send_back(session: AsyncSession, at: Deal, sheet_id: UUID) -> SheetFacts:
    return await submitting.send_back(
        session,
        at.client,
        sheet_id,
        reason=SendBackReason.NOTE_MISSING,
        explanation="Please say which task.",
        now=NOW,
    )


async def states(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(TimeEntry.state).order_by(TimeEntry.started_at)))


async def test_submit_and_approve(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    sheet_id = await worked(session, at)
    sheet = await submitting.submit(session, at.worker, sheet_id, now=NOW)
    assert (sheet.state, sheet.submitted_at) == ("submitted", NOW)
    assert sheet.review_by_at == NOW + timedelta(days=5)
    assert await states(session) == ["on_timesheet"]
    sheet = await approving.approve(session, at.client, sheet_id, now=NOW)
    assert (sheet.state, sheet.approved_at) == ("approved", NOW)
    assert await states(session) == ["approved"]
    bill = (await session.scalars(select(BillLine))).one()
    pay = (await session.scalars(select(PayLine))).one()
    assert (bill.minutes, bill.bill_rate_minor, bill.bill_minor) == (60, 15_000, 15_000)
    assert (pay.minutes, pay.pay_rate_minor, pay.pay_minor) == (60, 12_000, 12_000)
    approval = (await session.scalars(select(Approval))).one()
    assert approval.funded_at is None
    events = await session.scalars(select(TimesheetStep.event).order_by(TimesheetStep.id))
    assert list(events) == ["submit", "approve"]
    await assert_proven(session)


async def test_again_changes_nothing(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    sheet_id = await submitted(session, at)
    first = await submitting.submit(session, at.worker, sheet_id, now=NOW + HOUR)
    assert first.submitted_at == NOW
    await approving.approve(session, at.client, sheet_id, now=NOW)
    again = await approving.approve(session, at.client, sheet_id, now=NOW + HOUR)
    assert again.approved_at == NOW
    assert len((await session.scalars(select(Approval))).all()) == 1
    with pytest.raises(IllegalMove):
        await submitting.submit(session, at.worker, sheet_id, now=NOW)
    with pytest.raises(IllegalMove):
        await send_back(session, at, sheet_id)


async def test_steps_come_in_order(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    sheet_id = await worked(session, at)
    with pytest.raises(IllegalMove):
        await approving.approve(session, at.client, sheet_id, now=NOW)
    with pytest.raises(IllegalMove):
        await send_back(session, at, sheet_id)


async def test_an_empty_sheet_is_not_handed_in(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    id_ = uuid4()
    done = await log(session, at, MONDAY, id_=id_)
    await recording.delete_time(session, at.worker, id_, now=NOW)
    assert done.entry.root.timesheet_id is not None
    with pytest.raises(NothingToSubmit):
        await submitting.submit(session, at.worker, done.entry.root.timesheet_id, now=NOW)


async def test_what_is_not_yours_is_not_there(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    stranger = await deal(session, now=NOW)
    sheet_id = await worked(session, at)
    with pytest.raises(NotFound):
        await submitting.submit(session, stranger.worker, sheet_id, now=NOW)
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    with pytest.raises(NotFound):
        await approving.approve(session, stranger.client, sheet_id, now=NOW)
    with pytest.raises(NotFound):
        await approving.approve(session, at.client, uuid4(), now=NOW)
    with pytest.raises(NotFound):
        await send_back(session, stranger, sheet_id)
    with pytest.raises(NotFound):
        await approving.approve(session, CLOCK, uuid4(), now=NOW)


async def test_a_viewer_may_not_approve(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    sheet_id = await submitted(session, at)
    viewer = ClientActor(at.company.id, at.owner_user_id, None, CompanyRole.VIEWER)
    with pytest.raises(NotAllowed):
        await approving.approve(session, viewer, sheet_id, now=NOW)
    with pytest.raises(NotAllowed):
        await approving.approve_many(session, viewer, [sheet_id], now=NOW)


async def test_sent_back_once_and_changed(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    id_ = uuid4()
    done = await log(session, at, MONDAY + 9 * HOUR, id_=id_)
    sheet_id = done.entry.root.timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    sheet = await send_back(session, at, sheet_id)
    assert (sheet.state, sheet.sent_back_explanation) == ("sent_back", "Please say which task.")
    assert await states(session) == ["recorded"]
    await log(session, at, MONDAY + 9 * HOUR, 2, id_=id_, if_version=1)
    more = await log(session, at, MONDAY + 14 * HOUR)
    assert more.entry.root.timesheet_id == sheet_id
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    with pytest.raises(SentBackBefore):
        await send_back(session, at, sheet_id)
    await approving.approve(session, at.client, sheet_id, now=NOW)
    assert (await session.scalars(select(BillLine.minutes))).one() == 180
    await assert_proven(session)


async def test_late_time_posts_the_difference(session: AsyncSession) -> None:
    """90 seconds are 2 minutes; 90 more of the same week make 3, so the late line holds 1."""
    at = await deal(session, now=NOW)
    first = await submitted(session, at, LAST_WEEK + 9 * HOUR, 0.025)
    await approving.approve(session, at.client, first, now=NOW)
    late = await log(session, at, LAST_WEEK + 11 * HOUR, 0.025)
    sheet_id = await worked(session, at, MONDAY + 9 * HOUR)
    assert late.entry.root.timesheet_id == sheet_id
    facts = await queries.sheet(session, sheet_id)
    preview = (await bill_lines.amounts(session, [facts]))[sheet_id]
    assert preview == Billed(61, Money(15_250, "USD"))
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    await approving.approve(session, at.client, sheet_id, now=NOW)
    lines = await session.execute(
        select(BillLine.week_starts_at, BillLine.minutes, BillLine.bill_minor).order_by(BillLine.id)
    )
    assert sorted(tuple(line) for line in lines) == [
        (LAST_WEEK, 1, 250),
        (LAST_WEEK, 2, 500),
        (MONDAY, 60, 15_000),
    ]
    facts = await queries.sheet(session, sheet_id)
    assert (await bill_lines.amounts(session, [facts]))[sheet_id] == preview
    earned = (await pay_lines.amounts(session, [facts]))[sheet_id]
    assert earned == Earned(61, Money(12_200, "USD"))
    await assert_proven(session)


async def test_a_rate_of_the_day_is_the_one_that_counts(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    turn = MONDAY + 10 * HOUR
    await bill_terms.add_rate(session, at.engagement.id, DatedRate(turn, 20_000, "USD"))
    sheet_id = await submitted(session, at, MONDAY + 9 * HOUR, 3)
    await approving.approve(session, at.client, sheet_id, now=NOW)
    lines = await session.execute(
        select(BillLine.bill_rate_minor, BillLine.minutes).order_by(BillLine.bill_rate_minor)
    )
    assert [tuple(line) for line in lines] == [(15_000, 60), (20_000, 120)]
    await assert_proven(session)


async def test_money_is_in_at_once_where_finance_granted_that(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    session.add(
        CreditTerms(
            id=new_id(), company_id=at.company.id, kind="invoice", net_days=14,
            credit_limit_minor=1_000_000, currency="USD", funding_rule="on_approval",
            effective_at=NOW - HOUR,
        )
    )  # fmt: skip
    sheet_id = await submitted(session, at)
    await approving.approve(session, at.client, sheet_id, now=NOW)
    assert (await session.scalars(select(Approval.funded_at))).one() == NOW


async def test_less_than_half_a_minute_comes_to_nothing_yet(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    sheet_id = await submitted(session, at, MONDAY, 0.005)  # 18 seconds
    await approving.approve(session, at.client, sheet_id, now=NOW)
    assert (await session.scalars(select(BillLine.bill_minor))).one() == 0
    await assert_proven(session)


async def test_several_at_once_answer_each_for_itself(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    other = await deal(session, now=NOW, company=at.company)
    stranger = await deal(session, now=NOW)
    good = [await submitted(session, at), await submitted(session, other)]
    still_open = await worked(session, at, LAST_WEEK)
    foreign = await submitted(session, stranger)
    asked = [still_open, good[1], foreign, good[0], good[1], uuid4()]
    outcomes = await approving.approve_many(session, at.client, asked, now=NOW)
    codes = [o.sheet.state if o.sheet else o.refusal and o.refusal.code for o in outcomes]
    assert codes == ["illegal_move", "approved", "not_found", "approved", "not_found"]
    assert [o.sheet_id for o in outcomes] == list(dict.fromkeys(asked))
    await assert_proven(session)


async def test_what_the_clock_hands_in_and_approves(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    then = LAST_WEEK + 12 * HOUR
    last_week = (await log(session, at, LAST_WEEK + 9 * HOUR, now=then)).entry.root.timesheet_id
    assert last_week is not None
    this_week = await worked(session, at)
    day_after = MONDAY + timedelta(days=1)
    assert await submitting.due(session, now=day_after - timedelta(seconds=1)) == []
    assert await submitting.due(session, now=day_after) == [last_week]
    await submitting.submit(session, CLOCK, last_week, now=NOW)
    assert await submitting.due(session, now=NOW) == []
    review_by = NOW + timedelta(days=5)
    assert await approving.due(session, now=review_by - timedelta(seconds=1)) == []
    assert await approving.due(session, now=review_by) == [last_week]
    await approving.approve(session, CLOCK, last_week, now=review_by)
    assert await approving.due(session, now=review_by) == []

    await submitting.submit(session, at.worker, this_week, now=NOW)
    await send_back(session, at, this_week)
    assert await submitting.due(session, now=NOW + timedelta(days=3, seconds=-1)) == []
    assert await submitting.due(session, now=NOW + timedelta(days=3)) == [this_week]


async def test_whoever_still_logs_a_past_week_is_not_cut_off(session: AsyncSession) -> None:
    """A week that is long over, logged late: the clock waits for an hour without a new entry."""
    at = await deal(session, now=NOW)
    sheet_id = await worked(session, at, LAST_WEEK + 9 * HOUR)
    later = NOW + timedelta(minutes=59)
    assert await submitting.due(session, now=later) == []
    second = await log(session, at, LAST_WEEK + 12 * HOUR, now=later)
    assert second.entry.root.timesheet_id == sheet_id
    assert await submitting.due(session, now=NOW + HOUR) == []
    assert await submitting.due(session, now=later + HOUR) == [sheet_id]


async def test_reads_are_scoped(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    stranger = await deal(session, now=NOW)
    sheet_id = await worked(session, at)
    assert (await queries.sheet_of_company(session, at.company.id, sheet_id)).id == sheet_id
    assert (await queries.sheet_of_trainer(session, at.trainer.id, sheet_id)).id == sheet_id
    with pytest.raises(NotFound):
        await queries.sheet_of_company(session, stranger.company.id, sheet_id)
    with pytest.raises(NotFound):
        await queries.sheet_of_trainer(session, stranger.trainer.id, sheet_id)
