"""Jobs, enqueued on the caller's own transaction: rolled back with it, visible with its commit."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import ColumnElement, column, exists, literal_column, table, text
from sqlalchemy.ext.asyncio import AsyncSession

_JOBS = table("pgqueuer", column("dedupe_key"), column("status"))


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
    await _enqueue(session, errand, [payload], [dedupe_key], after)


async def enqueue_all(
    session: AsyncSession, errand: str, payloads: Mapping[str, Mapping[str, str]]
) -> None:
    """Leave many jobs of one name in one statement. `payloads`: dedupe key → ids."""
    if payloads:
        await _enqueue(session, errand, list(payloads.values()), list(payloads), None)


async def _enqueue(
    session: AsyncSession,
    errand: str,
    payloads: Sequence[Mapping[str, str]],
    keys: Sequence[str | None],
    after: timedelta | None,
) -> None:
    await session.flush()
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    if not raw.is_in_transaction():
        # SQLAlchemy sends BEGIN with its first statement; a job sent before it would commit alone.
        await session.execute(text("SELECT 1"))
    count = len(payloads)
    await Queries(AsyncpgDriver(raw)).enqueue(
        [errand] * count,
        [json.dumps(dict(payload)).encode() for payload in payloads],
        [0] * count,
        execute_after=[after] * count,
        dedupe_key=list(keys),
        on_conflict="skip",
    )


def waits(dedupe_key: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a job with this key waits or is at work; one that has failed for good does neither.

    In the words of the queue's own unique index, so that it is one look into it.
    """
    alive: ColumnElement[bool] = literal_column("pgqueuer.status IN ('queued', 'picked')")
    return exists().select_from(_JOBS).where(_JOBS.c.dedupe_key == dedupe_key, alive)
