"""What others notice meanwhile: one request after the other at fixed times, whoever is slow.

A closed loop asks less often when answers are slow, and so hides just those; here each request has
its time, and its answer counts from then.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx

EVERY_S = 0.05
_WARM_UP = 60  # requests that open connections and fill caches, and are not counted


@dataclass
class Reading:
    """Seconds of each answer."""

    seconds: list[float] = field(default_factory=list)

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


@dataclass(frozen=True)
class Watch:
    """Asks a door again and again. `into` may be changed at any time, None counts nothing."""

    client: httpx.AsyncClient
    requests: Iterator[tuple[str, dict[str, str]]]
    into: list[Reading | None]

    def turn(self, into: Reading | None) -> None:
        """From now on count there. What is on its way counts where it was begun."""
        self.into[0] = into


@contextlib.asynccontextmanager
async def watching(
    base_url: str, requests: Iterator[tuple[str, dict[str, str]]]
) -> AsyncIterator[Watch]:
    """Path and headers of each request from `requests`; warm when this is entered."""
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
        watch = Watch(client, requests, [None])
        for _ in range(_WARM_UP):
            await _one(watch, None, time.perf_counter())
        task = asyncio.create_task(_all(watch))
        try:
            yield watch
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _all(watch: Watch) -> None:
    next_at = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        while True:
            next_at += EVERY_S
            await asyncio.sleep(max(0.0, next_at - time.perf_counter()))
            tasks.create_task(_one(watch, watch.into[0], time.perf_counter()))


async def _one(watch: Watch, into: Reading | None, began: float) -> None:
    path, headers = next(watch.requests)
    (await watch.client.get(path, headers=headers)).raise_for_status()
    if into is not None:
        into.seconds.append(time.perf_counter() - began)
