"""Wait until connections wait: so that a race is lost on purpose, not by luck."""

import asyncio

from sqlalchemy import text

from app.kit.db import Database


async def waiting_for_locks(database: Database, number: int) -> None:
    """Return once so many connections wait for another one's transaction."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with database.engine.connect() as connection:
        while await connection.scalar(waiting) != number:
            await connection.rollback()
            await asyncio.sleep(0.01)
