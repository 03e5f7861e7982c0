"""The proof of hours holds on real work, and each identity notices a planted breach."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.domain.actor import OperationsActor
from app.domain.contests import ContestReason, Outcome
from app.domain.money import Money
from app.kit.db import Database
from app.timesheets import (
    answering,
    approving,
    budgets,
    contesting,
    deciding,
    giving,
    judging,
    proof,
    submitting,
    timing,
)
from app.timesheets.bill_lines import BillLine
from app.timesheets.contesting import Objection
from app.timesheets.deciding import Decision
from app.timesheets.giving import Bonus
from app.timesheets.judging import Judgement
from app.timesheets.tables import CapCounter
from app.timesheets.timing import TimerSaid
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, MONDAY, NOW, assert_proven, log

OF_TIME = " WHERE type = 'time'"


async def story(session: AsyncSession) -> Deal:
    """Approved, submitted, open, over a cap, declined, at the platform's cost, running."""
    at = await deal(session, now=NOW, weekly_minutes=90, pay_week_timezone="America/New_York")
    last = await log(session, at, LAST_WEEK + 9 * HOUR, 2)
    sheet_id = last.entry.root.timesheet_id
    assert sheet_id is not None
    over = last.entry.pieces[1].id
    await deciding.decide_over_cap(session, at.client, over, Decision(allow=True), now=NOW)
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    await approving.approve(session, at.client, sheet_id, now=NOW)
    await log(session, at, MONDAY + 4 * HOUR, 2)  # over midnight in New York
    await log(session, at, MONDAY + 12 * HOUR, 2)
    await timing.start_timer(
        session, at.worker, at.engagement.id, TimerSaid(at.engagement.id), now=NOW + 7 * 24 * HOUR
    )
    await contested(session)
    bonus = Bonus(Money(12_345, "USD"), "Well found.")
    await giving.give_bonus(session, at.client, at.engagement.id, uuid4(), bonus, now=NOW)
    return at


async def contested(session: AsyncSession) -> None:
    """One sheet of four entries: approved, allowed, declined, contested; one all contested."""
    at = await deal(session, now=NOW)
    week = [(await log(session, at, LAST_WEEK + n * HOUR)).entry.root for n in range(4)]
    objections = [Objection(p.id, ContestReason.OTHER, "Twice.") for p in week[1:]]
    assert week[0].timesheet_id is not None
    await submitting.submit(session, at.worker, week[0].timesheet_id, now=NOW)
    _, (allowed, refused, _) = await contesting.contest_entries(
        session, at.client, week[0].timesheet_id, objections, now=NOW
    )
    await contesting.withdraw_contest(session, at.client, allowed.id, now=NOW)
    await answering.answer_contest(session, at.worker, refused.id, "I did.", now=NOW)
    no = Judgement(Outcome.DECLINED, "It is there twice.")
    await judging.decide_contest(session, OperationsActor(uuid4()), refused.id, no, now=NOW)
    alone = (await log(session, at, MONDAY)).entry.root
    assert alone.timesheet_id is not None
    await submitting.submit(session, at.worker, alone.timesheet_id, now=NOW)
    await contesting.contest_entries(
        session, at.client, alone.timesheet_id,
        [Objection(alone.id, ContestReason.TIME_NOT_WORKED, "Nobody was there.")], now=NOW,
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def told(module_database: Database) -> AsyncIterator[AsyncConnection]:
    """The story, told once: each breach is planted in a savepoint of its own."""
    async with module_database.engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(connection) as session:
            await story(session)
            await session.flush()
            yield connection
        await outer.rollback()


async def test_it_holds(session: AsyncSession) -> None:
    await story(session)
    await assert_proven(session)
    found = await proof.prove(session)
    assert len({identity.name for identity in found}) == len(found)
    assert all(identity.checked > 0 for identity in found)


@pytest.mark.parametrize(
    ("breach", "name"),
    [
        ("UPDATE cap_counters SET used = used - 1 WHERE scope = 'trainer_week'", "used caps"),
        ("UPDATE cap_counters SET used = used - 1 WHERE scope = 'credit_limit'", "used caps"),
        ("DELETE FROM cap_counters WHERE scope = 'position_total'", "used caps"),
        ("UPDATE time_entries SET stops_by_at = stops_by_at - interval '1 s'"
         " WHERE state = 'running'", "used caps"),
        ("UPDATE bill_lines SET worked_seconds = worked_seconds + 1" + OF_TIME, "bill lines hold"),
        ("DELETE FROM pay_lines" + OF_TIME, "pay lines hold"),
        ("UPDATE bill_lines SET minutes = minutes + 1" + OF_TIME, "bill lines are rounded"),
        ("UPDATE pay_lines SET pay_minor = pay_minor + 1" + OF_TIME, "pay lines are rounded"),
        ("UPDATE pay_lines SET pay_minor = pay_minor + 1" + OF_TIME, "approvals are posted"),
        ("UPDATE bill_lines SET bill_minor = bill_minor - 1", "approvals are posted"),
        ("UPDATE time_entries SET state = 'recorded' WHERE state = 'approved'", "entries stand"),
        ("UPDATE timesheets SET state = 'submitted' WHERE state = 'approved'", "entries stand"),
        ("UPDATE timesheets SET state = 'approved' WHERE state = 'open'", "each sheet's rest"),
        # Adjustments: a side that is missing or doubled, money that no counter knows.
        ("DELETE FROM bill_lines WHERE type = 'bonus'", "an approved adjustment"),
        ("DELETE FROM bill_lines WHERE type = 'bonus'", "used caps"),
        ("UPDATE pay_lines SET pay_minor = pay_minor + 1 WHERE type = 'bonus'",
         "approvals are posted"),
        # Contests: a second approval, a missing one, a state that nobody decided, a stray contest.
        ("INSERT INTO approvals SELECT gen_random_uuid(), timesheet_id, actor, approved_at,"
         " funded_at FROM approvals LIMIT 1", "each sheet's rest"),
        ("UPDATE timesheets SET state = 'approved' WHERE state = 'contested'",
         "each sheet's rest"),
        ("UPDATE timesheets SET state = 'contested' WHERE state = 'approved'",
         "a sheet that waits"),
        ("UPDATE timesheets SET state = 'declined' WHERE state = 'contested'",
         "a sheet that waits"),
        ("UPDATE time_entries SET state = 'on_timesheet' WHERE state = 'contested'",
         "contested entries wait"),
        ("UPDATE time_entries SET state = 'contested' WHERE state = 'declined'",
         "contested entries wait"),
        ("UPDATE time_entries SET state = 'contested' WHERE state = 'declined'", "used caps"),
        ("UPDATE time_entries SET approval_id = (SELECT id FROM approvals WHERE id NOT IN"
         " (SELECT approval_id FROM contests WHERE approval_id IS NOT NULL) LIMIT 1)"
         " WHERE id IN (SELECT entry_id FROM contests WHERE approval_id IS NOT NULL)",
         "contested entries wait"),
        ("DELETE FROM contests WHERE state = 'awaits_answer'", "contested entries wait"),
        ("UPDATE time_entries SET ended_at = ended_at - interval '1 s' WHERE state = 'over_cap'",
         "nothing said is lost"),
        ("UPDATE time_entries SET state = 'deleted' WHERE state = 'over_cap' AND id <> root_id",
         "nothing said is lost"),
    ],
)  # fmt: skip
async def test_a_breach_is_noticed(told: AsyncConnection, breach: str, name: str) -> None:
    async with AsyncSession(told, join_transaction_mode="create_savepoint") as session:
        assert [i.name for i in await proof.prove(session) if not i.holds] == []
        await session.execute(text(breach))
        broken = [i.name for i in await proof.prove(session) if not i.holds]
        await session.rollback()
    assert any(each.startswith(name) for each in broken), broken


async def test_an_overlap_is_noticed(session: AsyncSession) -> None:
    """The exclusion constraint must go first: it refuses what the proof looks for."""
    at = await deal(session, now=NOW)
    await log(session, at, MONDAY)
    await log(session, at, MONDAY + HOUR)
    await session.execute(
        text("ALTER TABLE time_entries DROP CONSTRAINT ex_time_entries_no_overlap")
    )
    await session.execute(
        text("UPDATE time_entries SET ended_at = ended_at + interval '1 s' WHERE started_at = :at"),
        {"at": MONDAY},
    )
    broken = {i.name: i.breaches for i in await proof.prove(session) if not i.holds}
    assert len(broken["no trainer's time overlaps"]) == 1


async def test_paid_lines_leave_the_credit_limit_once(session: AsyncSession) -> None:
    at = await story(session)
    stranger = await deal(session, now=NOW)
    used = select(CapCounter.used).where(
        CapCounter.scope == "credit_limit", CapCounter.scope_id == at.company.id
    )
    before = await session.scalar(used)
    lines = (await session.scalars(select(BillLine.id))).all()
    await budgets.release_credit(session, stranger.company.id, lines, now=NOW)
    assert await session.scalar(used) == before
    for _ in range(2):
        await budgets.release_credit(session, at.company.id, lines, now=NOW)
    assert before is not None
    assert await session.scalar(used) == before - 7_200 * 15_000 - 12_345 * 3_600
    await assert_proven(session)
