"""Rate limits exact across all processes: one upsert (GCRA) in an unlogged table."""

from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Database, Row


class Limit(Row):
    """The theoretical arrival time of the next allowed event of one key."""

    __tablename__ = "limits"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    key: Mapped[str] = mapped_column(primary_key=True)
    arrives_at: Mapped[datetime]


async def take(
    database: Database, key: str, *, now: datetime, most: int, window_s: int
) -> int | None:
    """Count one event of `key`. None when allowed, else the seconds to wait.

    Commits by itself: an attempt counts also when the caller's transaction is rolled back.
    """
    async with database.begin() as session:
        return await count(session, key, now=now, most=most, window_s=window_s)


async def count(
    session: AsyncSession, key: str, *, now: datetime, most: int, window_s: int
) -> int | None:
    """The same in the caller's transaction: only what is committed counts."""
    step = timedelta(seconds=window_s) / most
    burst = step * (most - 1)
    fresh = insert(Limit).values(key=key, arrives_at=now + step)
    statement = fresh.on_conflict_do_update(
        index_elements=[Limit.key],
        set_={"arrives_at": func.greatest(Limit.arrives_at, now) + step},
        where=Limit.arrives_at <= now + burst,
    ).returning(Limit.arrives_at)
    if await session.scalar(statement) is not None:
        return None
    stored = await session.get(Limit, key)
    wait = stored.arrives_at - burst - now if stored else step
    return max(1, int(wait.total_seconds()) + 1)


async def give_back(session: AsyncSession, key: str, *, most: int, window_s: int) -> None:
    """Undo one `take` in the caller's transaction: what was counted turned out to be harmless."""
    await session.execute(
        update(Limit)
        .where(Limit.key == key)
        .values(arrives_at=Limit.arrives_at - timedelta(seconds=window_s) / most)
    )
