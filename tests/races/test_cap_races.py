"""Many connections at one cap: exactly what fits is recorded, all the rest is kept."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.domain.actor import TrainerActor
from app.domain.timesheets import EntryState
from app.engagements import limiting
from app.engagements.limiting import Change
from app.kit.db import Database
from app.projects import posting
from app.timesheets import proof, recording
from app.timesheets.recording import Recorded, TimeSaid
from app.timesheets.refusals import TimeOverlaps
from app.timesheets.tables import CapCounter, TimeEntry, TrainerWeekCap
from tests.factories import people, work
from tests.factories.at_work import Deal, deal
from tests.races.waiting import waiting_for_locks

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Try = tuple[TrainerActor, UUID, UUID, datetime, datetime]  # actor, entry, engagement, start, end


# The slow run tries as many as the figure asks for.
in_full = pytest.mark.parametrize("number", [60, pytest.param(400, marks=pytest.mark.slow)])


async def log(database: Database, each: Try) -> Recorded:
    actor, entry_id, engagement_id, start, end = each
    async with database.begin() as session:
        return await recording.record_time(
            session, actor, entry_id, TimeSaid(engagement_id, start, end), now=NOW
        )


async def log_all(
    database: Database, tries: Sequence[Try], seed: int
) -> list[Recorded | BaseException]:
    """All at once in a shuffled order, at most 32 in flight."""
    print(f"seed {seed}")
    order = list(tries)
    Random(seed).shuffle(order)
    gate = asyncio.Semaphore(32)

    async def one(each: Try) -> Recorded:
        async with gate:
            return await log(database, each)

    return await asyncio.gather(*(one(each) for each in order), return_exceptions=True)


async def minutes_by_state(database: Database) -> dict[str, float]:
    async with database.begin() as session:
        rows = await session.execute(
            select(
                TimeEntry.state,
                func.sum(func.extract("epoch", TimeEntry.ended_at - TimeEntry.started_at)) / 60,
            ).group_by(TimeEntry.state)
        )
        return {state: float(minutes) for state, minutes in rows}


async def used(database: Database, scope: str) -> list[tuple[int, int]]:
    async with database.begin() as session:
        rows = await session.execute(
            select(CapCounter.used, CapCounter.cap).where(CapCounter.scope == scope)
        )
        return [(row.used, row.cap) for row in rows]


async def team(database: Database, size: int, **terms: int) -> list[Deal]:
    """So many trainers in one position."""
    async with database.begin() as session:
        terms.setdefault("bill_minor", 15_000)
        terms["pay_minor"] = terms["bill_minor"] * 8 // 10
        first = await deal(session, now=NOW, seats=size, weekly_minutes=2_400, **terms)
        members = [first]
        for _ in range(size - 1):
            trainer = await people.trainer(session, now=NOW)
            engagement = await work.engagement(
                session, first.position, trainer.id, now=NOW, weekly_minutes=2_400,
                bill_minor=terms["bill_minor"], pay_minor=terms["pay_minor"],
            )  # fmt: skip
            members.append(
                Deal(first.company, first.project, first.position, trainer, engagement,
                     first.owner_user_id)
            )  # fmt: skip
        return members


def eight_hours_each(members: Sequence[Deal]) -> list[Try]:
    return [
        (m.worker, uuid4(), m.engagement.id, start, start + 60 * MINUTE)
        for m in members
        for start in (MONDAY + n * 90 * MINUTE for n in range(8))
    ]


@pytest.mark.parametrize(
    ("size", "terms", "scope", "seed"),
    [
        (12, {"position_total": 2_400, "bill_minor": 1_000}, "position_total", 7_332),
        pytest.param(
            50,
            {"position_total": 2_400, "bill_minor": 1_000},
            "position_total",
            7_331,
            marks=pytest.mark.slow,
        ),
        (12, {"budget_minor": 40_000, "bill_minor": 1_000}, "project_budget", 3_317),
        pytest.param(  # 10,000.00 at 250.00
            12, {"bill_minor": 25_000}, "credit_limit", 44, marks=pytest.mark.slow
        ),
    ],
)
async def test_many_trainers_at_the_last_hours_of_a_shared_cap(
    database: Database, size: int, terms: dict[str, int], scope: str, seed: int
) -> None:
    """R1: 400 entries of 60 minutes against 2,400 minutes: 40 fit, 360 are kept as over_cap."""
    members = await team(database, size, **terms)
    answers = await log_all(database, eight_hours_each(members), seed)
    assert [a for a in answers if isinstance(a, BaseException)] == []
    kept = Counter(a.entry.root.state.value for a in answers if isinstance(a, Recorded))
    fit, over = 40, 8 * size - 40
    assert kept == {"recorded": fit, "over_cap": over}
    assert await minutes_by_state(database) == {"recorded": 60 * fit, "over_cap": 60 * over}
    ((taken, cap),) = await used(database, scope)
    assert taken == cap
    bound = {a.entry.root.binding_cap for a in answers if isinstance(a, Recorded)}
    assert bound == {None, scope}


@in_full
async def test_one_trainer_at_her_own_week_over_two_companies(
    database: Database, number: int
) -> None:
    """R1: entries of 400 seconds against twice as many minutes and ten: the last one is split."""
    cap_minutes = 2 * number + 10
    seed = 20_261_125
    async with database.begin() as session:
        one = await deal(session, now=NOW)
        two = await deal(session, now=NOW, trainer=one.trainer)
        session.add(TrainerWeekCap(trainer_id=one.trainer.id, weekly_minutes=cap_minutes))
    tries: list[Try] = [
        (
            one.worker,
            uuid4(),
            (one, two)[n % 2].engagement.id,
            start,
            start + 20 * timedelta(seconds=20),
        )
        for n, start in enumerate(MONDAY + n * timedelta(seconds=410) for n in range(number))
    ]
    answers = await log_all(database, tries, seed)
    assert [a for a in answers if isinstance(a, BaseException)] == []
    minutes = await minutes_by_state(database)
    assert minutes["recorded"] == cap_minutes
    assert sum(minutes.values()) == pytest.approx(number * 400 / 60)
    assert await used(database, "trainer_week") == [(cap_minutes * 60, cap_minutes * 60)]


async def test_all_caps_at_once(database: Database) -> None:
    """Every cap is near its end; whichever binds, none is passed and no minute is lost."""
    seed = 99
    members = await team(database, 10, position_total=1_500, budget_minor=26_000, bill_minor=1_000)
    async with database.begin() as session:
        for n, member in enumerate(members):
            session.add(TrainerWeekCap(trainer_id=member.trainer.id, weekly_minutes=90 + 30 * n))
    answers = await log_all(database, eight_hours_each(members), seed)
    assert [a for a in answers if isinstance(a, BaseException)] == []
    minutes = await minutes_by_state(database)
    assert minutes["recorded"] == 1_500
    assert sum(minutes.values()) == 10 * 8 * 60
    async with database.begin() as session:
        passed = await session.scalar(
            select(func.count()).select_from(CapCounter).where(CapCounter.used > CapCounter.cap)
        )
    assert passed == 0


@in_full
async def test_one_of_many_overlapping(database: Database, number: int) -> None:
    """R3: all share a minute; the two that only touch the winner's hour are fine."""
    async with database.begin() as session:
        at = await deal(session, now=NOW, weekly_minutes=2_400)
    start = MONDAY + 600 * MINUTE
    tries: list[Try] = [
        (
            at.worker,
            uuid4(),
            at.engagement.id,
            start - n % 30 * MINUTE,
            start + (1 + n % 29) * MINUTE,
        )
        for n in range(number)
    ]
    answers = await log_all(database, tries, 3)
    won = [a for a in answers if isinstance(a, Recorded)]
    lost = [a for a in answers if isinstance(a, TimeOverlaps)]
    assert (len(won), len(lost)) == (1, number - 1)
    assert {a.facts["entry_id"] for a in lost} == {str(won[0].entry.root.id)}
    root = won[0].entry.root
    assert root.ended_at is not None
    touching: list[Try] = [
        (at.worker, uuid4(), at.engagement.id, root.started_at - 60 * MINUTE, root.started_at),
        (at.worker, uuid4(), at.engagement.id, root.ended_at, root.ended_at + 60 * MINUTE),
    ]
    assert all(isinstance(a, Recorded) for a in await log_all(database, touching, 4))


async def test_one_request_sent_twenty_times_at_once_is_one_entry(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW)
    once: Try = (at.worker, uuid4(), at.engagement.id, MONDAY, MONDAY + 60 * MINUTE)
    answers = await log_all(database, [once] * 20, 5)
    assert [a for a in answers if isinstance(a, BaseException)] == []
    assert sum(a.created for a in answers if isinstance(a, Recorded)) == 1
    assert await used(database, "engagement_total") == [(3_600, 2**62)]


async def test_caps_change_while_hundreds_log(database: Database) -> None:
    """Raised and cut at once with the logging: nothing over what holds, and the proof holds."""
    seed = 20
    members = await team(database, 8, position_total=600, bill_minor=1_000)
    first = members[0]
    random = Random(seed)

    async def turn(minutes: int) -> None:
        async with database.begin() as session:
            await posting.update_position(
                session, first.client, first.position.id, {"total_minutes": minutes}, now=NOW
            )

    async def limit(each: Deal, weekly: int) -> None:
        async with database.begin() as session:
            await limiting.change_limit(
                session, each.client, each.engagement.id, Change(weekly_minutes=weekly), now=NOW
            )

    logging = asyncio.ensure_future(log_all(database, eight_hours_each(members), seed))
    highest = 600
    for _ in range(12):
        minutes = random.choice([60, 300, 900, 1_500])
        highest = max(highest, minutes)
        await asyncio.gather(turn(minutes), limit(random.choice(members), 2_400 + minutes))
    await turn(60)
    answers = await logging
    assert [a for a in answers if isinstance(a, BaseException)] == []
    minutes_of = await minutes_by_state(database)
    assert sum(minutes_of.values()) == 8 * 8 * 60
    assert minutes_of["recorded"] <= highest
    async with database.begin() as session:
        late = await recording.record_time(
            session, first.worker, uuid4(),
            TimeSaid(first.engagement.id, MONDAY + 40 * 60 * MINUTE, MONDAY + 41 * 60 * MINUTE),
            now=NOW,
        )  # fmt: skip
        assert late.entry.root.state is EntryState.OVER_CAP
        assert late.allowance.left_minutes == 0
        for identity in await proof.prove(session):
            assert identity.holds, identity


async def test_a_cut_that_is_committed_while_somebody_waits_is_heard(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW, weekly_minutes=2_400, bill_minor=1_000)
    async with database.begin() as session:
        await recording.record_time(
            session, at.worker, uuid4(),
            TimeSaid(at.engagement.id, MONDAY, MONDAY + 60 * MINUTE), now=NOW,
        )  # fmt: skip
        said = (at.worker, uuid4(), at.engagement.id, MONDAY + 90 * MINUTE, MONDAY + 150 * MINUTE)
        waiting = asyncio.ensure_future(log(database, said))
        await waiting_for_locks(database, 1)
        async with database.begin() as other:
            cut = Change(total_minutes=60, sets_total=True)
            await limiting.change_limit(other, at.client, at.engagement.id, cut, now=NOW)
    assert (await waiting).entry.root.state is EntryState.OVER_CAP
