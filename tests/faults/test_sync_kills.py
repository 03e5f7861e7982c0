"""A process that dies while it takes what a phone sends: sent again, nothing is there twice."""

import asyncio
import multiprocessing
import time
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.domain.actor import TrainerActor
from app.kit.db import Database, connect
from app.kit.ids import derived_id
from app.timesheets import proof, syncing
from app.timesheets.recording import TimeSaid
from app.timesheets.syncing import Item, Outcome
from app.timesheets.tables import TimeEntry, TrainerWeekCap
from tests.factories.at_work import deal
from tests.factories.hours import NOW

_context = multiprocessing.get_context("spawn")


def items_of(engagement_id: UUID, number: int) -> list[Item]:
    """So many short entries of the last four weeks, five in a hundred of them twice."""
    first = NOW - timedelta(days=28)
    found = []
    for n in range(number):
        start = first + timedelta(minutes=4 * n)
        said = TimeSaid(engagement_id, start, start + timedelta(minutes=3))
        found.append(Item(derived_id(engagement_id, n), said))
    return [*found, *found[::20]]


def take(url: str, trainer: TrainerActor, engagement_id: UUID, number: int) -> None:
    """The whole call, in a process of its own."""

    async def run() -> None:
        database = connect(url)
        await syncing.sync(database, trainer, items_of(engagement_id, number), now=NOW)
        await database.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("number", "kills", "seed"),
    [(400, 1, 11), pytest.param(10_000, 10, 12, marks=pytest.mark.slow)],
)
async def test_killed_and_sent_again(
    database: Database, database_url: str, number: int, kills: int, seed: int
) -> None:
    print(f"seed {seed}")
    random = Random(seed)
    async with database.begin() as session:
        at = await deal(
            session, now=NOW, weekly_minutes=10_000, starts_on=NOW.date() - timedelta(days=40)
        )
        session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=10_000))
    trainer, engagement_id = at.worker, at.engagement.id

    async def written() -> int:
        async with database.begin() as session:
            rows = select(func.count(TimeEntry.root_id.distinct()))
            return await session.scalar(rows) or 0

    for _ in range(kills):
        before = await written()
        process = _context.Process(target=take, args=(database_url, trainer, engagement_id, number))
        process.start()
        while process.is_alive():
            if await written() != before or before == number:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(random.random() * 0.2)
        process.kill()
        await asyncio.to_thread(process.join, 60)
    items = items_of(engagement_id, number)
    started = time.perf_counter()
    results = await syncing.sync(database, trainer, items, now=NOW)
    print(f"the last call took {time.perf_counter() - started:.1f} s")
    assert {each.outcome for each in results} <= {
        Outcome.ACCEPTED,
        Outcome.OVER_CAP,
        Outcome.UNCHANGED,
    }
    again = await syncing.sync(database, trainer, items, now=NOW)
    assert {each.outcome for each in again} == {Outcome.UNCHANGED}
    assert await written() == number
    async with database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity
