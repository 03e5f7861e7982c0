"""Closing a month while others post into it: each posting is before it and counted, or after."""

import asyncio
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from app.domain import chart
from app.domain.actor import FinanceActor
from app.kit.db import Database
from app.ledger import posting, proof
from app.ledger.posting import Entry
from app.ledger.tables import LedgerPeriod, PostingGroup
from app.reconciling import closing
from tests.factories import people
from tests.races.waiting import waiting_for_locks

OCTOBER = date(2026, 10, 1)
IN_OCTOBER = datetime(2026, 10, 31, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ENTRIES = [Entry(chart.BANK, "USD", 5), Entry(chart.INCOME_SERVICES, "USD", -5)]


async def write(database: Database, key: str) -> None:
    async with database.begin() as session:
        await posting.post(
            session, source="race", key=key, description="d", effective_at=IN_OCTOBER, now=NOW,
            entries=ENTRIES,
        )  # fmt: skip


async def close(database: Database, actor: FinanceActor) -> None:
    async with database.begin() as session:
        await closing.close_period(session, actor, OCTOBER, reason=None, now=NOW)


async def told(database: Database) -> tuple[int | None, int, int]:
    """(counted when it was closed, in October, booked late); the proof holds."""
    async with database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity
        counted = await session.scalar(select(LedgerPeriod.posting_count))
        inside, late = [
            await session.scalar(select(func.count()).select_from(PostingGroup).where(where)) or 0
            for where in (
                PostingGroup.effective_at == IN_OCTOBER,
                (PostingGroup.effective_at == NOVEMBER) & (PostingGroup.late_for_at == IN_OCTOBER),
            )
        ]
    return counted, inside, late


async def finance(database: Database) -> FinanceActor:
    async with database.begin() as session:
        return FinanceActor((await people.user(session, now=NOW, door="finance")).id)


async def test_a_posting_under_way_is_waited_for_and_one_that_comes_later_is_late(
    database: Database,
) -> None:
    actor = await finance(database)
    async with database.begin() as session:
        await posting.post(
            session, source="race", key="first", description="d", effective_at=IN_OCTOBER,
            now=NOW, entries=ENTRIES,
        )  # fmt: skip
        closed = asyncio.create_task(close(database, actor))
        await waiting_for_locks(database, 1)
        second = asyncio.create_task(write(database, "second"))
        await waiting_for_locks(database, 2)
    await asyncio.gather(closed, second)
    assert await told(database) == (1, 1, 1)


async def test_close_against_many(database: Database) -> None:
    actor = await finance(database)
    await write(database, "before all")
    writers = [write(database, str(number)) for number in range(24)]
    closers = [close(database, actor) for _ in range(2)]
    await asyncio.gather(*writers[:12], *closers, *writers[12:])
    counted, inside, late = await told(database)
    assert counted == inside
    assert inside + late == 25
