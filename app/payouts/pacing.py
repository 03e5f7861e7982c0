"""The provider's limit of calls, kept by all workers together: one row per endpoint.

Real time from the database, and not `kit.clock`: the limit is the provider's, whose clock nobody
here can move, and workers' clocks differ.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from app.domain import pacing
from app.kit.db import Database

LEAD_S = 0.1
"""So long before its slot somebody who waits is called, to decide what is sent in it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which one call may be made; `at` as `time.monotonic` counts."""

    at: float

    def is_near(self) -> bool:
        """Whether it is time to decide what is sent."""
        return self.at - LEAD_S <= time.monotonic()

    async def draws_near(self) -> None:
        """Wait until it is time to decide what is sent."""
        await asyncio.sleep(max(0.0, self.at - LEAD_S - time.monotonic()))

    async def comes(self) -> None:
        """Wait until the call may be made."""
        await asyncio.sleep(max(0.0, self.at - time.monotonic()))


async def reserve(database: Database, endpoint: str, *, per_second: int) -> Slot:
    """Take the next slot of an endpoint. It is taken for good, whether it is used or not.

    A transaction of its own, so that the row everybody needs is held for one statement only.
    """
    apart = timedelta(microseconds=pacing.apart_us(per_second))
    row = await database.calls.row(_RESERVE, f"pace:{endpoint}", apart)
    assert row is not None
    return Slot(time.monotonic() + max(0.0, row["wait"].total_seconds()))


# What `domain.pacing.next_slot` says, in one statement. Whoever waited for the row computes again
# with what the other has written, and with the time at which the wait was over.
_RESERVE = """
INSERT INTO limits AS l (key, arrives_at) VALUES ($1, clock_timestamp() + $2)
ON CONFLICT (key) DO UPDATE SET arrives_at = greatest(l.arrives_at, clock_timestamp()) + $2
RETURNING arrives_at - $2 - clock_timestamp() AS wait
"""
