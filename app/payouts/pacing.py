"""The provider's limit of calls, kept by all workers together: one row per endpoint.

Real time from the database, and not `kit.clock`: the limit is the provider's, whose clock nobody
here can move, and workers' clocks differ.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.pacing import next_slot
from app.kit.limits import Limit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


async def reserve(session: AsyncSession, endpoint: str, *, per_second: int) -> float:
    """Take the next slot of an endpoint; the seconds to wait for it, 0.0 or more.

    The slot is taken when the caller commits; the row is held until then, so commit soon.
    """
    key = f"pace:{endpoint}"
    await session.execute(insert(Limit).values(key=key, arrives_at=_EPOCH).on_conflict_do_nothing())
    row = await session.get_one(Limit, key, with_for_update=True, populate_existing=True)
    # Asked after the row is ours: the wait for it is over by then.
    now: datetime | None = await session.scalar(select(func.clock_timestamp()))
    assert now is not None
    slot = next_slot(
        (row.arrives_at - _EPOCH) // _MICROSECOND, (now - _EPOCH) // _MICROSECOND, per_second
    )
    row.arrives_at = _EPOCH + slot.free_at_us * _MICROSECOND
    return (slot.goes_at_us * _MICROSECOND - (now - _EPOCH)).total_seconds()
