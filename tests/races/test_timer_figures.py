"""R4 with its figures: fifty starts and stops at once from phones whose clocks are hours off."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.domain.refusals import NotFound, Refusal
from app.kit.db import Database
from app.timesheets import timing
from app.timesheets.queries import EntryFacts
from app.timesheets.tables import TimeEntry
from app.timesheets.timing import Started, TimerSaid
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, NOW
from tests.races.test_timer_races import assert_proven, at_once

MINUTE = timedelta(minutes=1)
OFF = (-2 * HOUR, -HOUR, timedelta(), HOUR, 2 * HOUR)


async def start(database: Database, at: Deal, id_: UUID, off: timedelta) -> Started:
    said = TimerSaid(at.engagement.id, NOW + off)
    async with database.begin() as session:
        return await timing.start_timer(session, at.worker, id_, said, now=NOW)


async def stop(database: Database, at: Deal, id_: UUID, off: timedelta, minutes: int) -> EntryFacts:
    """The phone says when, by its own clock; it is heard a minute later."""
    said, heard = NOW + off + minutes * MINUTE, NOW + (minutes + 1) * MINUTE
    async with database.begin() as session:
        return await timing.stop_timer(session, at.worker, id_, stopped_at=said, now=heard)


async def running(database: Database, at: Deal) -> int:
    mine = (TimeEntry.trainer_id == at.trainer.id) & (TimeEntry.state == "running")
    async with database.begin() as session:
        return await session.scalar(select(func.count()).select_from(TimeEntry).where(mine)) or 0


async def play(database: Database, at: Deal, random: Random, minutes: int) -> None:
    phones = {uuid4(): random.choice(OFF) for _ in range(50)}
    early = await at_once([stop(database, at, id_, off, 1) for id_, off in phones.items()])
    assert all(isinstance(each, NotFound) for each in early)
    started = await at_once([start(database, at, id_, off) for id_, off in phones.items()])
    (won,) = [each for each in started if isinstance(each, Started)]
    assert sum(isinstance(e, Refusal) and e.code == "timer_already_running" for e in started) == 49
    root = won.entry.root
    assert (root.started_at, await running(database, at)) == (NOW, 1)

    tries: list[Awaitable[object]] = [
        *(start(database, at, root.root_id, phones[root.root_id]) for _ in range(50)),
        *(stop(database, at, root.root_id, phones[root.root_id], minutes) for _ in range(50)),
    ]
    random.shuffle(tries)
    found = await at_once(tries)
    assert [each for each in found if isinstance(each, BaseException)] == []
    stopped = [each for each in found if isinstance(each, EntryFacts)]
    assert {each.pieces for each in stopped} == {stopped[0].pieces}
    assert len(stopped) == 50
    # By the server's clock, however far off the phone's is.
    assert (stopped[0].root.started_at, stopped[0].ended_at) == (NOW, NOW + minutes * MINUTE)
    late = await stop(database, at, root.root_id, timedelta(), minutes + 30)
    assert (late, await running(database, at)) == (stopped[0], 0)


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [40])
async def test_fifty_at_once_with_clocks_hours_off(database: Database, rounds: int) -> None:
    """Each round is another trainer's; the stop before any start changes nothing."""
    seed = 4_000 + rounds
    print(f"seed {seed}")
    random = Random(seed)
    for _ in range(rounds):
        async with database.begin() as session:
            at = await deal(session, now=NOW)
        await play(database, at, random, minutes=random.randint(1, 59))
    await assert_proven(database)


async def test_five_trainers_start_and_stop_whatever_they_can(database: Database) -> None:
    """No order agreed: whatever comes first, at most one timer runs for each and all is proven."""
    seed = 44
    print(f"seed {seed}")
    random = Random(seed)
    async with database.begin() as session:
        deals = [await deal(session, now=NOW) for _ in range(5)]
    tries: list[Awaitable[object]] = []
    for at in deals:
        for _ in range(5):
            id_, off = uuid4(), random.choice(OFF)
            tries += [start(database, at, id_, off), stop(database, at, id_, off, 20)]
            tries += [stop(database, at, id_, off, 30), start(database, at, id_, off)]
    random.shuffle(tries)
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert [e for e in found if isinstance(e, Exception) and not isinstance(e, Refusal)] == []
    for at in deals:
        assert await running(database, at) <= 1
    await assert_proven(database)
