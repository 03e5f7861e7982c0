"""R1 in full: a hundred seeds, 40,000 tries by 32 at once, and not a second past any cap."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.books import proving
from app.kit.db import Database
from app.timesheets.recording import Recorded
from app.timesheets.tables import TimeEntry, TrainerWeekCap
from tests.factories.at_work import Deal, deal
from tests.races.test_cap_races import MINUTE, MONDAY, NOW, Try, eight_hours_each, log, team

LAST_WEEK = MONDAY - timedelta(days=7)
FORMS = ("position", "budget", "trainer_week", "all_at_once")
WAITED_MS: list[float] = []


async def members_of(database: Database, form: str) -> list[Deal]:
    """Whose time counts under a cap of 40 hours, or of 800 minutes for one trainer's week."""
    if form == "position":
        return await team(database, 50, position_total=2_400, bill_minor=1_000)
    if form == "budget":
        return await team(database, 50, budget_minor=40_000, bill_minor=1_000)
    if form == "all_at_once":
        members = await team(
            database, 50, position_total=2_400, budget_minor=40_000, bill_minor=1_000
        )
        async with database.begin() as session:
            for n, member in enumerate(members):
                cap = TrainerWeekCap(trainer_id=member.trainer.id, weekly_minutes=30 + 30 * n)
                session.add(cap)
        return members
    async with database.begin() as session:
        one = await deal(session, now=NOW, weekly_minutes=2_400)
        session.add(TrainerWeekCap(trainer_id=one.trainer.id, weekly_minutes=800))
    return [one]


def tries_of(members: Sequence[Deal], form: str) -> list[Try]:
    if form != "trainer_week":
        return eight_hours_each(members)
    (one,) = members
    starts = [LAST_WEEK + n * 25 * MINUTE for n in range(400)]
    return [
        (one.worker, uuid4(), one.engagement.id, start, start + 20 * MINUTE) for start in starts
    ]


async def seconds_by_state(database: Database, company_id: UUID) -> dict[str, int]:
    length = func.extract("epoch", TimeEntry.ended_at - TimeEntry.started_at)
    async with database.begin() as session:
        rows = await session.execute(
            select(TimeEntry.state, func.sum(length))
            .where(TimeEntry.company_id == company_id)
            .group_by(TimeEntry.state)
        )
        return {state: int(seconds) for state, seconds in rows}


async def all_at_once(database: Database, tries: list[Try], random: Random) -> list[Recorded]:
    random.shuffle(tries)
    gate = asyncio.Semaphore(32)

    async def one(each: Try) -> Recorded:
        async with gate:
            began = time.perf_counter()
            recorded = await log(database, each)
            WAITED_MS.append(1_000 * (time.perf_counter() - began))
            return recorded

    return await asyncio.gather(*(one(each) for each in tries))


async def play(database: Database, seed: int) -> int:
    """One seed: exactly what fits is recorded, all the rest is kept and says what is left."""
    form = FORMS[seed % len(FORMS)]
    members = await members_of(database, form)
    tries = tries_of(members, form)
    answers = await all_at_once(database, tries, Random(seed))
    cap_seconds = 60 * (800 if form == "trainer_week" else 2_400)
    said = sum(int((end - start).total_seconds()) for *_, start, end in tries)
    kept = await seconds_by_state(database, members[0].company.id)
    assert kept == {"recorded": cap_seconds, "over_cap": said - cap_seconds}, (seed, form, kept)
    assert all(a.allowance.left_minutes is not None for a in answers)
    if form != "all_at_once":
        states = Counter(a.entry.root.state.value for a in answers)
        assert states == {"recorded": 40, "over_cap": len(tries) - 40}, (seed, form, states)
        over = [a for a in answers if a.entry.root.state.value == "over_cap"]
        assert {a.allowance.left_minutes for a in over} == {0}
    return len(tries)


@pytest.mark.parametrize("block", [pytest.param(n, marks=pytest.mark.slow) for n in range(20)])
async def test_five_seeds_of_four_hundred_tries(database: Database, block: int) -> None:
    WAITED_MS.clear()
    seeds = range(5 * block, 5 * block + 5)
    tried = sum([await play(database, seed) for seed in seeds])
    assert tried == 5 * 400
    async with database.begin() as session:
        broken = [each for each in await proving.prove_all(session) if not each.holds]
    assert broken == []
    p99_ms = sorted(WAITED_MS)[len(WAITED_MS) * 99 // 100]
    print(f"seeds {seeds}: {tried} tries, 0 s past a cap, p99 {p99_ms:.0f} ms, books hold")
