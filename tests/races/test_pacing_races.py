"""The provider's limit, kept by workers that do not know of each other."""

import asyncio

from app.kit.db import Database
from app.kit.limits import Limit
from app.payouts import pacing


async def test_slots_that_are_taken_at_once_are_all_different(database: Database) -> None:
    async def take() -> float:
        async with database.begin() as session:
            return await pacing.reserve(session, "transfer", per_second=100)

    await take()
    async with database.begin() as session:
        before = (await session.get_one(Limit, "pace:transfer")).arrives_at
    waits = await asyncio.gather(*(take() for _ in range(40)))
    async with database.begin() as session:
        after = (await session.get_one(Limit, "pace:transfer")).arrives_at
    assert (after - before).total_seconds() >= 40 * 0.01  # no slot was given to two
    assert all(wait >= 0 for wait in waits)
