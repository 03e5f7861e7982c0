"""A pooled connection that has died is noticed before it is used, whether it was idle or not."""

import asyncio

import pytest
from sqlalchemy import text

from app.kit import db
from app.kit.db import Database, connect

MINE = text("SELECT pg_backend_pid()")


async def _killed(database: Database, pid: int | None) -> None:
    async with database.begin() as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


@pytest.mark.parametrize("idle_s", [60.0, -1.0])
async def test_a_dead_connection_is_not_handed_out(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, idle_s: float
) -> None:
    """With 60 s nobody asks, and the driver must have heard it; with -1 everybody asks."""
    monkeypatch.setattr(db, "IDLE_S", idle_s)
    pool = connect(database_url, pool_size=1)
    try:
        async with pool.begin() as session:
            before = await session.scalar(MINE)
        async with pool.begin() as session:
            assert await session.scalar(MINE) == before
        await _killed(database, before)
        await asyncio.sleep(0.2)
        async with pool.begin() as session:
            assert await session.scalar(MINE) != before
    finally:
        await pool.close()
