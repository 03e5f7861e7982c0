"""`lehrwerk bench payouts`: a payout run against Stripe's limit, and what others notice of it.

The simulator refuses what is more than 25 requests in any second at one endpoint, as Stripe does.
Two workers send; an API process answers trainers meanwhile, twenty requests a second at fixed
times, before the run, beside it and after it. Webhooks are not delivered: what is measured is
sending.
"""

import asyncio
import json
import os
import platform
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx

from app.bench import ground, payouts_ground, processes, watching
from app.bench.watching import Reading, Watch
from app.domain.actor import FinanceActor
from app.domain.holds import PayoutRules
from app.kit.clock import Clock
from app.kit.db import connect
from app.payouts import running

LIMIT = 25
WORKERS = 2
QUIET_S = 30
TELL_EVERY_S = 10
_STUCK_S = 90


@dataclass(frozen=True)
class Found:
    """`sending_s`: from the first transfer to the last."""

    trainers: int
    sending_s: float
    refused: int
    alone: Reading
    beside: Reading


def run(url: str, *, trainers: int, tell: Callable[[str], None]) -> list[str]:
    """The table as lines. `url`: an empty, migrated database that may be filled.

    Raises RuntimeError when a payout was not sent exactly once, or none for a long time.
    """
    return _table(asyncio.run(_run(url, trainers, tell)))


async def _run(url: str, trainers: int, tell: Callable[[str], None]) -> Found:
    key = f"sk_test_{secrets.token_hex(12)}"
    port, door = processes.free_port(), processes.free_port()
    base = f"http://127.0.0.1:{port}"
    environment = _environment(url, key, base)
    with processes.started("stripe-sim", "--port", str(port), environment={
        **os.environ, "LEHRWERK_STRIPE_KEY": key
    }):  # fmt: skip
        async with httpx.AsyncClient(
            base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=120
        ) as stripe:
            await _until_answers(stripe)
            staff = await payouts_ground.lay(url, stripe, trainers, tell)
            with (
                processes.started("serve", "--port", str(door), environment=environment),
                processes.all_started("worker", count=WORKERS, environment=environment),
            ):
                at_door = f"http://127.0.0.1:{door}"
                async with httpx.AsyncClient(base_url=at_door) as client:
                    await _until_answers(client)
                async with watching.watching(at_door, _questions(trainers)) as watch:
                    return await _measure(
                        url, stripe, watch, staff=staff, trainers=trainers, tell=tell
                    )


def _environment(url: str, key: str, base: str) -> dict[str, str]:
    """Production's settings, with everybody payable at once."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "LEHRWERK_ENVIRONMENT": "production",
        "LEHRWERK_SECRET": secrets.token_hex(32),
        "LEHRWERK_STRIPE_KEY": key,
        "LEHRWERK_STRIPE_API_BASE": base,
        "LEHRWERK_STRIPE_WEBHOOK_SECRETS": json.dumps([secrets.token_hex(16)]),
        "LEHRWERK_STRIPE_CONNECT_WEBHOOK_SECRETS": json.dumps([secrets.token_hex(16)]),
        "LEHRWERK_SANCTIONS_SCREENING": "not_screened",
        "LEHRWERK_FIRST_PAYOUT_WAIT_DAYS": "0",
        "LEHRWERK_FOUR_EYES_ABOVE_MINOR": str(10**12),
        "LEHRWERK_STRIPE_CALLS_PER_SECOND": str(LIMIT),
    }


def _questions(trainers: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Trainers look at their allowance, one after the other."""
    group, number = payouts_ground.READERS, 0
    while True:
        number = (number + 1) % min(trainers, ground.TRAINERS)
        path = f"/trainer/v1/engagements/{group.id_of('engagement', number)}/allowance"
        yield path, {"Authorization": f"Bearer {group.token(number)}"}


async def _measure(
    url: str,
    stripe: httpx.AsyncClient,
    watch: Watch,
    *,
    staff: UUID,
    trainers: int,
    tell: Callable[[str], None],
) -> Found:
    """The quiet beside the run: half of it before, half after."""
    alone, beside = Reading(), Reading()
    await asyncio.sleep(TELL_EVERY_S)  # the workers' start and first sweeps
    watch.turn(alone)
    await asyncio.sleep(QUIET_S)
    tell(f"p99 before {alone.percentile_ms(0.99):.1f} ms")
    (await stripe.post("/_sim/limits", json={"per_second": LIMIT})).raise_for_status()
    watch.turn(beside)
    database = connect(url, application="lehrwerk-bench")
    now = Clock().now()
    async with database.begin() as session:
        await running.order(session, FinanceActor(staff), as_of=now, rules=PayoutRules(), now=now)
    await database.close()
    took = await _until_sent(url, trainers, tell)
    watch.turn(None)
    limits = (await stripe.get("/_sim/limits")).json()
    tell(f"at the simulator: {limits}")
    await asyncio.sleep(2)
    watch.turn(alone)
    await asyncio.sleep(QUIET_S)
    return Found(
        trainers,
        took,
        sum(limits["refused"].get(f"/v1/{each}", 0) for each in ("transfers", "payouts")),
        alone,
        beside,
    )


async def _until_answers(client: httpx.AsyncClient) -> None:
    for _ in range(900):
        try:
            await client.get("/health/ready")
        except httpx.TransportError:
            await asyncio.sleep(0.1)
        else:
            return
    raise RuntimeError("a process did not answer")


async def _until_sent(url: str, trainers: int, tell: Callable[[str], None]) -> float:
    """Until every payout has left for a bank; the seconds from the first transfer to the last."""
    connection = await asyncpg.connect(url)
    before, told = 0, time.perf_counter()
    moved = told
    try:
        while True:
            planned, done, first, last = await connection.fetchrow(_STANDING)
            if done == trainers:
                break
            now = time.perf_counter()
            if now - told >= TELL_EVERY_S:
                tell(
                    f"{planned:,} planned, {done:,} of {trainers:,} sent, "
                    f"{(done - before) / (now - told):.1f} a second"
                )
                moved = moved if done == before else now
                before, told = done, now
            if now - moved > _STUCK_S:
                raise RuntimeError(f"nothing was sent for {_STUCK_S} s, {done} of {trainers} done")
            await asyncio.sleep(1)
        twice = await connection.fetchval(_TWICE)
    finally:
        await connection.close()
    if twice:
        raise RuntimeError(f"{twice} payouts were not sent exactly once")
    took: timedelta = last - first
    return took.total_seconds()


def _table(found: Found) -> list[str]:
    a_second = (found.trainers - 1) / found.sending_s
    alone, beside = found.alone, found.beside
    ratio = beside.percentile_ms(0.99) / alone.percentile_ms(0.99)
    rows = [
        (
            f"get_allowance p{share * 100:.0f}, without and with the run",
            f"{alone.percentile_ms(share):.1f} and {beside.percentile_ms(share):.1f} ms",
        )
        for share in (0.5, 0.95, 0.99)
    ]
    return [
        f"{platform.machine()}, {os.cpu_count()} cores, {found.trainers:,} trainers, {WORKERS} "
        f"workers, the simulator at {LIMIT} requests a second and endpoint; "
        f"{len(alone.seconds):,} answers without the run, {len(beside.seconds):,} with it",
        "",
        "| what | figure |",
        "|---|---|",
        f"| transfers a second | {a_second:.2f} |",
        f"| of the limit | {a_second / LIMIT:.1%} |",
        f"| transfers and payouts refused with 429 | {found.refused} |",
        *(f"| {what} | {figure} |" for what, figure in rows),
        f"| p99 with the run to that without | {ratio:.2f} × |",
    ]


_STANDING = """
SELECT count(*), count(*) FILTER (WHERE bank_payout_id IS NOT NULL), min(sent_at), max(sent_at)
FROM payouts
"""
_TWICE = """
SELECT count(*) FROM (
  SELECT payout_id FROM payout_attempts WHERE kind = 'transfer' AND state = 'settled'
  GROUP BY payout_id HAVING count(*) <> 1) AS t
"""
