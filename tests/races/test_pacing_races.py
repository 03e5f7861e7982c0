"""The provider's limit, kept by workers that do not know of each other."""

import asyncio
import time

from app.domain.pacing import apart_us
from app.kit.db import Database
from app.payouts import pacing


async def test_slots_that_are_taken_at_once_are_all_different(database: Database) -> None:
    """As far apart as the rule says, however many ask at once; none lies in the past."""
    began = time.monotonic()
    slots = await asyncio.gather(
        *(pacing.reserve(database, "transfer", per_second=10) for _ in range(40))
    )
    at = sorted(slot.at for slot in slots)
    assert at[0] >= began
    apart_s = apart_us(10) / 1_000_000
    # Each counts from when its answer came: late by that way at most, which is not 39 slots long.
    assert at[-1] - at[0] >= 38 * apart_s
    # Another endpoint does not wait behind them.
    assert (await pacing.reserve(database, "bank_payout", per_second=10)).at < at[-1]


async def test_after_a_pause_the_first_slot_is_now(database: Database) -> None:
    first = await pacing.reserve(database, "transfer", per_second=1000)
    await first.comes()
    await asyncio.sleep(0.01)
    second = await pacing.reserve(database, "transfer", per_second=1000)
    third = await pacing.reserve(database, "transfer", per_second=1000)
    assert first.at < second.at
    assert third.at < time.monotonic() + 1
