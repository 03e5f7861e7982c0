"""Who hears of what, told by the very deeds; deadlines by a clock that is moved; no figures."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import members
from app.companies.tables import CreditTerms
from app.domain.actor import ClientActor, CompanyRole, OperationsActor, SystemActor
from app.domain.contests import ContestReason, Outcome
from app.domain.engagements import EndReason
from app.domain.money import Money
from app.domain.notices import Kind
from app.domain.timesheets import SendBackReason
from app.engagements import announcing, ending, limiting
from app.engagements.limiting import Change
from app.kit.ids import new_id
from app.notices import wording
from app.notices.tables import Notice
from app.projects import posting
from app.timesheets import (
    answering,
    approving,
    contesting,
    deciding,
    judging,
    submitting,
)
from app.timesheets.contesting import Objection
from app.timesheets.deciding import Decision
from app.timesheets.judging import Judgement
from app.timesheets.tables import TimeEntry
from tests.factories import people
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, MONDAY, NOW, log
from tests.factories.told import kinds, look_around
from tests.walls.test_canary import leaks
from tests.walls.world import BILL_MINOR, PAY_MINOR


@pytest_asyncio.fixture
async def at(session: AsyncSession) -> AsyncIterator[Deal]:
    """A deal with planted rates; afterwards no notice of anybody holds a figure of them."""
    made = await deal(
        session, now=NOW, weekly_minutes=600, bill_minor=BILL_MINOR, pay_minor=PAY_MINOR
    )
    session.add(
        CreditTerms(
            id=new_id(), company_id=made.company.id, kind="invoice", net_days=14,
            credit_limit_minor=10**11, currency="USD", funding_rule="on_collection",
            effective_at=NOW - 2400 * HOUR,
        )
    )  # fmt: skip
    yield made
    rows = (await session.scalars(select(Notice))).all()
    for row in rows:
        for language in ("en", "de"):
            words = wording.words_of(Kind(row.kind), row.facts, row.deadline_at, language)
            text = f"{words.title} {words.text} {row.facts}"
            assert leaks("trainer", text) == leaks("client", text) == [], text
            for name in (made.company.legal_name, made.trainer.full_name, "Twice.", "typo"):
                assert name not in text


async def heard(session: AsyncSession, at: Deal) -> tuple[list[str], list[str]]:
    """What the trainer and what the company's owner were told."""
    return await kinds(session, at.trainer.user_id), await kinds(session, at.owner_user_id)


async def handed_in(session: AsyncSession, at: Deal, *, hours: int = 2) -> UUID:
    for n in range(hours):
        await log(session, at, MONDAY + n * HOUR, note="typo")
    sheet_id = await session.scalar(
        select(TimeEntry.timesheet_id).where(TimeEntry.engagement_id == at.engagement.id).limit(1)
    )
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    return sheet_id


async def test_a_timesheets_way(session: AsyncSession, at: Deal) -> None:
    sheet_id = await handed_in(session, at)
    await submitting.send_back(
        session, at.client, sheet_id, reason=SendBackReason.WRONG_TIMES, explanation="typo", now=NOW
    )
    await submitting.submit(session, at.worker, sheet_id, now=NOW + HOUR)
    await approving.approve(session, at.client, sheet_id, now=NOW + 2 * HOUR)
    await approving.approve(session, at.client, sheet_id, now=NOW + 3 * HOUR)
    assert await heard(session, at) == (
        ["timesheet_sent_back", "timesheet_approved"],
        ["timesheet_submitted", "timesheet_submitted"],
    )


async def test_a_review_that_nobody_makes(session: AsyncSession, at: Deal) -> None:
    await handed_in(session, at)
    for hours in (0, 59, 60, 61, 90, 96, 97, 119, 120, 130):
        await look_around(session, NOW + hours * HOUR)
    assert (await heard(session, at))[1] == ["timesheet_submitted", "review_due", "review_due"]


async def test_a_clock_that_stood_still_sends_one_reminder(session: AsyncSession, at: Deal) -> None:
    sheet_id = await handed_in(session, at)
    await look_around(session, NOW + 100 * HOUR)
    assert (await heard(session, at))[1] == ["timesheet_submitted", "review_due"]
    await approving.approve(session, SystemActor("auto_approve"), sheet_id, now=NOW + 121 * HOUR)
    assert (await heard(session, at))[0] == ["timesheet_auto_approved"]


async def test_a_contests_way(session: AsyncSession, at: Deal) -> None:
    staff = await people.user(session, now=NOW, door="operations")
    sheet_id = await handed_in(session, at, hours=1)
    entry_id = await session.scalar(select(TimeEntry.id))
    assert entry_id is not None
    objections = [Objection(entry_id, ContestReason.DUPLICATE, "Twice.")]
    _, (contest,) = await contesting.contest_entries(
        session, at.client, sheet_id, objections, now=NOW
    )
    await look_around(session, NOW + 60 * HOUR)
    await answering.answer_contest(session, at.worker, contest.id, "No.", now=NOW + 61 * HOUR)
    await look_around(session, NOW + 122 * HOUR)
    judgement = Judgement(Outcome.DECLINED, "Twice.")
    judge = OperationsActor(staff.id)
    for _ in range(2):
        await judging.decide_contest(session, judge, contest.id, judgement, now=NOW + 123 * HOUR)
    assert await heard(session, at) == (
        ["hours_contested", "answer_due", "contest_decided"],
        ["timesheet_submitted", "contest_answered", "company_contest_decided"],
    )
    assert await kinds(session, staff.id) == ["staff_contest_waiting", "staff_contest_due"]


async def test_an_unanswered_contest_goes_to_the_staff(session: AsyncSession, at: Deal) -> None:
    staff = await people.user(session, now=NOW, door="operations")
    sheet_id = await handed_in(session, at)
    entry_id = await session.scalar(select(TimeEntry.id).limit(1))
    assert entry_id is not None
    _, (contest,) = await contesting.contest_entries(
        session, at.client, sheet_id, [Objection(entry_id, ContestReason.OTHER, "Twice.")], now=NOW
    )
    await answering.hand_on(session, contest.id, now=NOW + 121 * HOUR)
    await contesting.withdraw_contest(session, at.client, contest.id, now=NOW + 122 * HOUR)
    assert await kinds(session, staff.id) == ["staff_contest_waiting"]
    mine, _ = await heard(session, at)
    assert mine == ["hours_contested", "timesheet_approved", "contest_withdrawn"]


async def test_time_beyond_a_cap(session: AsyncSession, at: Deal) -> None:
    staff = await people.user(session, now=NOW, door="operations")
    await log(session, at, MONDAY, 12)
    for hours in (0, 1, 60, 96, 97):
        await look_around(session, NOW + hours * HOUR)
    mine, theirs = await heard(session, at)
    assert mine == ["cap_reached"]
    assert theirs == ["over_cap_waiting", "over_cap_due", "over_cap_due"]
    assert await kinds(session, staff.id) == []
    await look_around(session, NOW + 121 * HOUR)
    assert await kinds(session, staff.id) == ["staff_over_cap_waiting"]
    piece = await session.scalar(select(TimeEntry.id).where(TimeEntry.state == "over_cap"))
    assert piece is not None
    later = NOW + 122 * HOUR
    await deciding.decide_over_cap(session, at.client, piece, Decision(allow=True), now=later)
    assert (await heard(session, at))[0][-1] == "over_cap_allowed"


async def test_caps_are_near_then_reached_and_anew_when_raised(
    session: AsyncSession, at: Deal
) -> None:
    await log(session, at, MONDAY, 7)
    await look_around(session, NOW)
    assert await heard(session, at) == ([], [])
    await log(session, at, MONDAY + 8 * HOUR, 1)
    for _ in range(3):
        await look_around(session, NOW)
    assert (await heard(session, at))[0] == ["cap_near"]
    row = (await session.scalars(select(Notice).where(Notice.kind == "cap_near"))).one()
    assert row.facts == {"cap": "engagement_week", "percent": 80}
    await log(session, at, MONDAY + 10 * HOUR, 2)
    await look_around(session, NOW + HOUR)
    assert (await heard(session, at))[0] == ["cap_near", "cap_reached"]
    await limiting.change_limit(
        session, at.client, at.engagement.id, Change(weekly_minutes=780), now=NOW + 2 * HOUR
    )
    await log(session, at, MONDAY + 14 * HOUR, 1, now=NOW + 3 * HOUR)
    await look_around(session, NOW + 3 * HOUR)
    assert (await heard(session, at))[0] == [
        "cap_near", "cap_reached", "limit_changed", "cap_near",
    ]  # fmt: skip


async def test_shared_caps_are_told_to_both_sides_and_money_to_one(
    session: AsyncSession,
) -> None:
    at = await deal(
        session, now=NOW, position_total=600, budget_minor=10 * 20_000, bill_minor=20_000
    )
    await log(session, at, MONDAY, 9)
    await look_around(session, NOW)
    mine, theirs = await heard(session, at)
    assert mine == ["cap_near"]
    assert sorted(theirs) == ["budget_near", "position_near"]
    facts = [row.facts for row in (await session.scalars(select(Notice))).all()]
    assert all(set(each) <= {"cap", "percent"} for each in facts)


async def test_changes_are_told_to_both_sides(session: AsyncSession, at: Deal) -> None:
    await posting.change_budget(
        session, at.client, at.project.id, Money(90_000_000, "USD"), now=NOW
    )
    await posting.update_position(
        session, at.client, at.position.id, {"total_minutes": 900}, now=NOW + HOUR
    )
    change = new_id()
    for _ in range(2):
        await announcing.room_changed(
            session, project_id=at.project.id, change_id=change, now=NOW + HOUR
        )
    await limiting.change_limit(
        session, at.client, at.engagement.id, Change(weekly_minutes=660), now=NOW + 2 * HOUR
    )
    await ending.end(
        session, at.client, at.engagement.id, reason=EndReason.WORK_DONE, explanation="typo",
        now=NOW + 3 * HOUR,
    )  # fmt: skip
    assert await heard(session, at) == (
        ["room_changed", "limit_changed", "engagement_ended"],
        ["budget_changed", "position_changed", "company_limit_changed"],
    )


async def test_members_hear_of_their_own_role(session: AsyncSession, at: Deal) -> None:
    member = await people.member(session, at.company.id, role="viewer", now=NOW)
    owner = ClientActor(at.company.id, at.owner_user_id, None, CompanyRole.OWNER)
    await members.change_role(session, owner, member, role=CompanyRole.REVIEWER, now=NOW)
    await members.remove(session, owner, member, now=NOW + timedelta(minutes=1))
    assert await kinds(session, member) == ["role_changed", "membership_ended"]
    assert await kinds(session, at.owner_user_id) == []


@pytest.mark.parametrize("at_once", [False, True])
async def test_what_is_rolled_back_was_never_told(
    session: AsyncSession, at: Deal, *, at_once: bool
) -> None:
    moment: datetime = NOW
    async with session.begin_nested() as savepoint:
        await limiting.change_limit(
            session, at.client, at.engagement.id, Change(weekly_minutes=660), now=moment
        )
        if at_once:
            await look_around(session, moment)
        await savepoint.rollback()
    assert await heard(session, at) == ([], [])
