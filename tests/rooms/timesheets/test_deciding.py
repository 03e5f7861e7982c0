"""Time beyond a cap: who may lift which, and that silence costs the trainer nothing."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import CreditTerms
from app.domain.actor import ClientActor, CompanyRole, OperationsActor
from app.domain.refusals import IllegalMove, NotAllowed, NotFound
from app.domain.timesheets import OverCapReason
from app.kit.ids import new_id
from app.kit.paging import Cut
from app.timesheets import approving, bill_lines, deciding, queries, recording, submitting
from app.timesheets.bill_lines import BillLine
from app.timesheets.deciding import Decision
from app.timesheets.pay_lines import PayLine
from app.timesheets.queries import PieceFacts
from app.timesheets.refusals import (
    CreditLimitReached,
    DecidedElsewhere,
    ExplanationNeeded,
    TimeAgreedTo,
)
from app.timesheets.tables import Approval, CapCounter, TrainerWeekCap
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, MONDAY, NOW, assert_proven, counters, log

OPERATIONS = OperationsActor(uuid4())
YES = Decision(allow=True)
NO = Decision(allow=False, reason=OverCapReason.NOT_AGREED, explanation="Not agreed with us.")
LATER = NOW + timedelta(days=5)


async def over(session: AsyncSession, at: Deal) -> PieceFacts:
    """90 minutes on Monday morning, the last 30 beyond a cap."""
    done = await log(session, at, MONDAY + 9 * HOUR, 1.5)
    piece = done.entry.pieces[-1]
    assert piece.state == "over_cap"
    assert piece.worked_seconds == 1_800
    return piece


async def week_cap(session: AsyncSession, at: Deal, minutes: int) -> None:
    session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=minutes))
    await session.flush()


@pytest.mark.parametrize(
    "terms",
    [
        {"weekly_minutes": 60},
        {"total_minutes": 60},
        {"position_total": 60},
        {"budget_minor": 15_000},
    ],
)
async def test_the_company_lifts_its_own_caps(session: AsyncSession, terms: dict[str, int]) -> None:
    at = await deal(session, now=NOW, **terms)
    piece = await over(session, at)
    decided = await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    assert decided.state == "recorded"
    assert decided.timesheet_id is not None
    assert (await counters(session))["engagement_total"] == 5_400
    again = await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    assert again == decided
    more = await log(session, at, MONDAY + 12 * HOUR)
    assert more.entry.root.state == "over_cap"
    await assert_proven(session)


async def test_declined_with_a_reason(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    piece = await over(session, at)
    for bare in (
        Decision(allow=False),
        Decision(allow=False, reason=OverCapReason.OTHER),
        Decision(allow=False, explanation="No."),
    ):
        with pytest.raises(ExplanationNeeded):
            await deciding.decide_over_cap(session, at.client, piece.id, bare, now=NOW)
    decided = await deciding.decide_over_cap(session, at.client, piece.id, NO, now=NOW)
    assert (decided.state, decided.decision_reason_code) == ("declined", "not_agreed")
    assert decided.decision_explanation == "Not agreed with us."
    again = await deciding.decide_over_cap(session, at.client, piece.id, NO, now=NOW)
    assert again == decided
    with pytest.raises(IllegalMove):
        await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    await assert_proven(session)


async def test_what_was_agreed_to_cannot_be_declined_or_edited(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    piece = await over(session, at)
    decided = await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    with pytest.raises(IllegalMove):
        await deciding.decide_over_cap(session, at.client, piece.id, NO, now=NOW)
    with pytest.raises(TimeAgreedTo):
        await log(session, at, MONDAY, 9, id_=piece.root_id, if_version=decided.version)
    await recording.delete_time(session, at.worker, piece.root_id, now=NOW)
    assert set((await counters(session)).values()) == {0}


async def test_the_trainers_week_is_for_operations(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    await week_cap(session, at, 60)
    piece = await over(session, at)
    with pytest.raises(DecidedElsewhere):
        await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    with pytest.raises(DecidedElsewhere):
        await deciding.decide_over_cap(session, at.client, piece.id, NO, now=LATER)
    decided = await deciding.decide_over_cap(session, OPERATIONS, piece.id, YES, now=NOW)
    assert (decided.state, decided.at_platform_cost) == ("recorded", False)
    await assert_proven(session)


async def test_the_companys_caps_are_not_for_operations_yet(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    piece = await over(session, at)
    for decision in (YES, NO):
        with pytest.raises(DecidedElsewhere):
            await deciding.decide_over_cap(session, OPERATIONS, piece.id, decision, now=NOW)


async def test_two_caps_need_two_agreements(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    await week_cap(session, at, 70)
    piece = await over(session, at)
    assert piece.binding_cap == "engagement_week"
    waiting = await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    assert (waiting.state, waiting.binding_cap) == ("over_cap", "trainer_week")
    assert waiting.decider == "operations"
    decided = await deciding.decide_over_cap(session, OPERATIONS, piece.id, YES, now=NOW)
    assert (decided.state, decided.at_platform_cost) == ("recorded", False)
    await assert_proven(session)


async def test_the_other_way_round(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    await week_cap(session, at, 60)
    piece = await over(session, at)
    assert piece.binding_cap == "trainer_week"
    waiting = await deciding.decide_over_cap(session, OPERATIONS, piece.id, YES, now=NOW)
    assert (waiting.state, waiting.binding_cap) == ("over_cap", "engagement_week")
    decided = await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    assert decided.state == "recorded"
    await assert_proven(session)


async def test_on_silence_operations_decides_at_the_platforms_cost(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    piece = await over(session, at)
    decided = await deciding.decide_over_cap(session, OPERATIONS, piece.id, YES, now=LATER)
    assert (decided.state, decided.at_platform_cost) == ("recorded", True)
    counted = await counters(session)
    assert counted["engagement_total"] == 3_600
    assert counted["trainer_week 2026-11-23"] == 5_400
    assert decided.timesheet_id is not None
    await submitting.submit(session, at.worker, decided.timesheet_id, now=LATER)
    sheet = await approving.approve(session, at.client, decided.timesheet_id, now=LATER)
    assert (await session.scalars(select(BillLine.minutes))).one() == 60
    assert (await session.scalars(select(PayLine.minutes))).one() == 90
    assert (await bill_lines.amounts(session, [sheet]))[sheet.id].minutes == 60
    await assert_proven(session)


async def test_wholly_at_the_platforms_cost_waits_for_no_invoice(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, budget_minor=1)
    done = await log(session, at, MONDAY + 9 * HOUR)
    piece = done.entry.root
    decided = await deciding.decide_over_cap(session, OPERATIONS, piece.id, YES, now=LATER)
    assert decided.timesheet_id is not None
    await submitting.submit(session, at.worker, decided.timesheet_id, now=LATER)
    await approving.approve(session, at.client, decided.timesheet_id, now=LATER)
    assert (await session.scalars(select(Approval.funded_at))).one() == LATER
    assert (await session.scalars(select(BillLine))).all() == []
    assert (await session.scalars(select(PayLine.pay_minor))).one() == 12_000
    await assert_proven(session)


async def test_nobody_lifts_a_credit_limit_by_agreeing(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, bill_minor=1_000_000)  # an hour of the default limit
    piece = await over(session, at)
    assert piece.binding_cap == "credit_limit"
    with pytest.raises(CreditLimitReached):
        await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    session.add(
        CreditTerms(
            id=new_id(), company_id=at.company.id, kind="invoice", net_days=14,
            credit_limit_minor=1_500_000, currency="USD", funding_rule="on_collection",
            effective_at=NOW,
        )
    )  # fmt: skip
    await session.flush()
    decided = await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    assert decided.state == "recorded"
    await assert_proven(session)


async def test_operations_leaves_the_credit_limit_to_the_company(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, bill_minor=1_000_000)
    await week_cap(session, at, 60)
    piece = await over(session, at)
    waiting = await deciding.decide_over_cap(session, OPERATIONS, piece.id, YES, now=NOW)
    assert (waiting.state, waiting.binding_cap) == ("over_cap", "credit_limit")


async def test_time_that_a_submitted_week_cannot_take_goes_on_the_next_sheet(
    session: AsyncSession,
) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    done = await log(session, at, MONDAY + 9 * HOUR, 1.5)
    sheet_id = done.entry.root.timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    piece = done.entry.pieces[1]
    decided = await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    assert decided.timesheet_id not in (None, sheet_id)
    assert decided.week_starts_at == MONDAY
    await assert_proven(session)


async def test_who_sees_what(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    stranger = await deal(session, now=NOW)
    await week_cap(session, stranger, 60)
    companys = await over(session, at)
    operations = await over(session, stranger)
    page = Cut(50)

    async def listed(company_id: UUID) -> list[UUID]:
        found = await queries.list_over_cap_of_company(session, company_id, page)
        return [piece.id for piece in found.items]

    assert await listed(at.company.id) == [companys.id]
    assert await listed(stranger.company.id) == [operations.id]
    for moment, seen in ((NOW, [operations.id]), (LATER, [operations.id, companys.id])):
        found = await queries.list_over_cap_of_operations(session, page, now=moment)
        assert {piece.id for piece in found.items} == set(seen)
    with pytest.raises(NotFound):
        await deciding.decide_over_cap(session, stranger.client, companys.id, YES, now=NOW)
    plain = await log(session, at, MONDAY - timedelta(days=7))
    with pytest.raises(NotFound):
        await deciding.decide_over_cap(session, at.client, plain.entry.root.id, YES, now=NOW)
    viewer = ClientActor(at.company.id, at.owner_user_id, None, CompanyRole.VIEWER)
    with pytest.raises(NotAllowed):
        await deciding.decide_over_cap(session, viewer, companys.id, YES, now=NOW)
    estimate = (await bill_lines.estimates(session, [companys]))[companys.id]
    assert (estimate.minutes, estimate.billed.minor) == (30, 7_500)


async def test_an_agreement_raises_the_cap_by_that_time_only(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=60)
    piece = await over(session, at)
    await deciding.decide_over_cap(session, at.client, piece.id, YES, now=NOW)
    row = (
        await session.execute(
            select(CapCounter.used, CapCounter.cap).where(CapCounter.scope == "engagement_week")
        )
    ).one()
    assert tuple(row) == (5_400, 5_400)
