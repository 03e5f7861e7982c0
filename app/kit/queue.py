"""Jobs, enqueued on the caller's own transaction: rolled back with it, visible with its commit."""

import json
from collections.abc import Mapping
from datetime import timedelta

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def enqueue(
    session: AsyncSession,
    errand: str,
    payload: Mapping[str, str],
    *,
    dedupe_key: str | None = None,
    after: timedelta | None = None,
) -> None:
    """Leave a job by name. `payload` holds ids only. An equal waiting `dedupe_key` is not repeated.

    `after` delays in real time, not in the development clock's time.
    """
    await session.flush()
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    if not raw.is_in_transaction():
        # SQLAlchemy sends BEGIN with its first statement; a job sent before it would commit alone.
        await session.execute(text("SELECT 1"))
    await Queries(AsyncpgDriver(raw)).enqueue(
        [errand],
        [json.dumps(dict(payload)).encode()],
        [0],
        execute_after=[after],
        dedupe_key=[dedupe_key],
        on_conflict="skip",
    )
