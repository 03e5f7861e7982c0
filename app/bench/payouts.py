"""`lehrwerk bench payouts`: a payout run against Stripe's limit, and what others notice of it.

The simulator refuses what is more than 25 requests in any second at one endpoint, as Stripe does.
Two workers send; an API process answers trainers meanwhile, a few dozen requests a second.
"""

import asyncio
import json
import os
import platform
import secrets
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
import httpx

from app.bench import ground, processes
from app.bench.ground import Group
from app.domain import chart
from app.domain.actor import FinanceActor
from app.domain.holds import PayoutRules
from app.kit.clock import Clock
from app.kit.db import Database, connect
from app.ledger import posting
from app.ledger.posting import Entry
from app.payouts import running

LIMIT = 25
PAY_MINOR = 120_000
WORKERS = 2
READERS = 4
PAUSE_S = 0.1
QUIET_S = 10
_BATCH = 100


@dataclass
class Reading:
    """Trainers who look at their allowance: seconds of each answer."""

    seconds: list[float] = field(default_factory=list)

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


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

    Raises RuntimeError when a payout was not sent exactly once.
    """
    return _table(asyncio.run(_run(url, trainers, tell)))


async def _run(url: str, trainers: int, tell: Callable[[str], None]) -> Found:
    key = f"sk_test_{secrets.token_hex(12)}"
    port = processes.free_port()
    base = f"http://127.0.0.1:{port}"
    environment = _environment(url, key, base)
    with processes.started("stripe-sim", "--port", str(port), environment={
        **os.environ, "LEHRWERK_STRIPE_KEY": key
    }):  # fmt: skip
        async with httpx.AsyncClient(
            base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=30
        ) as stripe:
            await _until_answers(stripe)
            staff = await _lay(url, stripe, trainers, tell)
            door = processes.free_port()
            with processes.started("serve", "--port", str(door), environment=environment):
                await _until_answers(httpx.AsyncClient(base_url=f"http://127.0.0.1:{door}"))
                return await _measure(
                    url, stripe, door=door, staff=staff, trainers=trainers,
                    environment=environment, tell=tell,
                )  # fmt: skip


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


async def _measure(
    url: str,
    stripe: httpx.AsyncClient,
    *,
    door: int,
    staff: UUID,
    trainers: int,
    environment: dict[str, str],
    tell: Callable[[str], None],
) -> Found:
    alone, beside = Reading(), Reading()
    await _read(door, alone, seconds=QUIET_S)
    tell(f"p99 alone {alone.percentile_ms(0.99):.1f} ms")
    (await stripe.post("/_sim/limits", json={"per_second": LIMIT})).raise_for_status()
    database = connect(url, application="lehrwerk-bench")
    now = Clock().now()
    async with database.begin() as session:
        await running.order(session, FinanceActor(staff), as_of=now, rules=PayoutRules(), now=now)
    await database.close()
    with processes.all_started("worker", count=WORKERS, environment=environment):
        reading = asyncio.create_task(_read(door, beside, seconds=None))
        took = await _until_sent(url, trainers, tell)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    limits = (await stripe.get("/_sim/limits")).json()
    tell(f"at the simulator: {limits}")
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


async def _read(door: int, into: Reading, *, seconds: float | None) -> None:
    """Some trainers look at their allowance, each with a pause between."""
    until = None if seconds is None else time.perf_counter() + seconds
    group = Group("run0")

    async def one(number: int, client: httpx.AsyncClient) -> None:
        path = f"/trainer/v1/engagements/{group.id_of('engagement', number)}/allowance"
        headers = {"Authorization": f"Bearer {group.token(number)}"}
        while until is None or time.perf_counter() < until:
            began = time.perf_counter()
            (await client.get(path, headers=headers)).raise_for_status()
            into.seconds.append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE_S)

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door}", timeout=30) as client:
        await asyncio.gather(*(one(number, client) for number in range(READERS)))


async def _until_sent(url: str, trainers: int, tell: Callable[[str], None]) -> float:
    """Until every payout has left for a bank; the seconds from the first transfer to the last."""
    connection = await asyncpg.connect(url)
    told = time.perf_counter()
    try:
        while True:
            done, first, last = await connection.fetchrow(
                "SELECT count(*) FILTER (WHERE bank_payout_id IS NOT NULL), min(sent_at),"
                " max(sent_at) FROM payouts"
            )
            if done == trainers:
                break
            if time.perf_counter() - told > 10:
                tell(f"{done:,} of {trainers:,} sent")
                told = time.perf_counter()
            await asyncio.sleep(0.5)
        twice = await connection.fetchval(
            "SELECT count(*) FROM (SELECT payout_id FROM payout_attempts WHERE kind = 'transfer'"
            " AND state = 'settled' GROUP BY payout_id HAVING count(*) <> 1) AS t"
        )
    finally:
        await connection.close()
    if twice:
        raise RuntimeError(f"{twice} payouts were not sent exactly once")
    return float((last - first).total_seconds())


async def _lay(
    url: str, stripe: httpx.AsyncClient, trainers: int, tell: Callable[[str], None]
) -> UUID:
    """Trainers with an account and an approved, funded week each; the user of finance."""
    connection = await asyncpg.connect(url)
    groups = [Group(f"run{n}") for n in range(-(-trainers // ground.TRAINERS))]
    payees = [(g, n) for g in groups for n in range(ground.TRAINERS)][:trainers]
    try:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute(ground.ID_FUNCTION)
        for group in groups:
            await connection.execute(ground.COMPANY.format(group=group.name))
            await connection.execute(ground.TRAINERS_SQL.format(group=group.name))
        await ground.give_tokens(connection, groups[0])
        tell(f"{trainers:,} trainers")
        accounts = await _accounts(stripe, trainers)
        tell("their accounts at the simulator")
        now = Clock().now()
        await connection.executemany(
            _PAYEE,
            [(g.name, n, account, now) for (g, n), account in zip(payees, accounts, strict=True)],
        )
        staff = await connection.fetchval(_STAFF, now)
    finally:
        await connection.close()
    await _owe(url, payees, now)
    for _ in range(-(-trainers * PAY_MINOR // 90_000_000)):
        (
            await stripe.post("/_sim/top-ups", json={"amount": 90_000_000, "currency": "usd"})
        ).raise_for_status()
    return UUID(str(staff))


async def _accounts(stripe: httpx.AsyncClient, count: int) -> list[str]:
    transfers = {"stripe_balance": {"stripe_transfers": {"requested": True}}}
    said = {
        "dashboard": "express",
        "identity": {"country": "US", "entity_type": "individual"},
        "configuration": {"recipient": {"capabilities": transfers}},
        "defaults": {"responsibilities": {"fees_collector": "application",
                                          "losses_collector": "application"}},
    }  # fmt: skip
    found = []
    for _ in range(count):
        made = (await stripe.post("/v2/core/accounts", json=said)).raise_for_status().json()
        (await stripe.post(f"/_sim/accounts/{made['id']}/onboard", json={})).raise_for_status()
        found.append(str(made["id"]))
    return found


async def _owe(url: str, payees: list[tuple[Group, int]], now: datetime) -> None:
    """What each is owed, in the ledger as an approval posts it."""
    database: Database = connect(url, application="lehrwerk-bench")
    for start in range(0, len(payees), _BATCH):
        async with database.begin() as session:
            for group, number in payees[start : start + _BATCH]:
                await posting.post(
                    session, source="approval", key=f"{group.name} {number}",
                    description="A week of the bench", effective_at=now, now=now,
                    entries=[
                        Entry(chart.EXPENSE_TRAINERS, "USD", PAY_MINOR),
                        Entry(
                            chart.trainer_payable(group.id_of("trainer", number)), "USD", -PAY_MINOR
                        ),
                    ],
                )  # fmt: skip
    await database.close()


def _table(found: Found) -> list[str]:
    a_second = (found.trainers - 1) / found.sending_s
    ratio = found.beside.percentile_ms(0.99) / found.alone.percentile_ms(0.99)
    half = [statistics.median(r.seconds) * 1000 for r in (found.alone, found.beside)]
    return [
        f"{platform.machine()}, {os.cpu_count()} cores, {found.trainers:,} trainers, {WORKERS} "
        f"workers, the simulator at {LIMIT} requests a second and endpoint",
        "",
        "| what | figure |",
        "|---|---|",
        f"| transfers a second | {a_second:.2f} |",
        f"| of the limit | {a_second / LIMIT:.1%} |",
        f"| transfers and payouts refused with 429 | {found.refused} |",
        f"| get_allowance p50, without and with the run | {half[0]:.1f} and {half[1]:.1f} ms |",
        f"| get_allowance p99, without and with the run | {found.alone.percentile_ms(0.99):.1f} "
        f"and {found.beside.percentile_ms(0.99):.1f} ms, {ratio:.2f} × |",
    ]


_PAYEE = """
WITH sheet AS (
  INSERT INTO timesheets (id, engagement_id, company_id, trainer_id, week_starts_at, week_ends_at,
    state, approved_at, sent_back_count)
  VALUES (bench_id($1, 'sheet', $2), bench_id($1, 'engagement', $2), bench_id($1, 'company', 0),
    bench_id($1, 'trainer', $2), date_trunc('week', $4::timestamptz - interval '8 days'),
    date_trunc('week', $4::timestamptz - interval '8 days') + interval '7 days', 'approved', $4, 0)
), approval AS (
  INSERT INTO approvals (id, timesheet_id, actor, approved_at, funded_at)
  VALUES (bench_id($1, 'approval', $2), bench_id($1, 'sheet', $2), 'bench', $4, $4)
), line AS (
  INSERT INTO pay_lines (id, approval_id, engagement_id, trainer_id, week_starts_at, week_ends_at,
    worked_seconds, minutes, pay_rate_minor, pay_minor, currency, approved_at, type, owed)
  VALUES (bench_id($1, 'line', $2), bench_id($1, 'approval', $2), bench_id($1, 'engagement', $2),
    bench_id($1, 'trainer', $2), date_trunc('week', $4::timestamptz - interval '8 days'),
    date_trunc('week', $4::timestamptz - interval '8 days') + interval '7 days', 36000, 600, 12000,
    120000, 'USD', $4, 'time', false)
)
INSERT INTO payout_accounts (trainer_id, state, provider_account_id, ready, missing, intended_at,
  fetched_at, first_ready_at)
VALUES (bench_id($1, 'trainer', $2), 'created', $3, true, '[]', $4, $4, $4)
"""
_STAFF = """
INSERT INTO users (id, door, email, email_key, full_name, language, password_hash,
  email_verified_at, totp_secret_sealed, created_at)
VALUES (gen_random_uuid(), 'finance', 'finance@beispiel.example', 'finance@beispiel.example',
  'Kim Muster', 'en', '', $1, 'x', $1) RETURNING id
"""
