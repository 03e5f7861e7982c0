"""Ground for the bench of payouts: trainers with an account who are owed a week."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import asyncpg
import httpx

from app.bench import ground
from app.bench.ground import Group
from app.domain import chart
from app.kit.clock import Clock
from app.kit.db import Database, connect
from app.ledger import posting
from app.ledger.posting import Entry

PAY_MINOR = 120_000
READERS = Group("run0")
"""The first thousand of the trainers, who have tokens too."""
_BATCH = 500
_LARGEST_TOP_UP = 90_000_000


async def lay(
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
        await ground.give_tokens(connection, READERS)
        tell(f"{trainers:,} trainers")
        accounts = await _accounts(stripe, trainers)
        tell("their accounts at the simulator")
        now = Clock().now()
        await connection.executemany(
            _PAYEE,
            [(g.name, n, account, now) for (g, n), account in zip(payees, accounts, strict=True)],
        )
        staff = await connection.fetchval(_STAFF, now)
        await connection.execute(_ROUNDS, now)
        await _owe(url, payees, now)
        tell("what they are owed")
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
    for _ in range(-(-trainers * PAY_MINOR // _LARGEST_TOP_UP)):
        (
            await stripe.post("/_sim/top-ups", json={"amount": _LARGEST_TOP_UP, "currency": "usd"})
        ).raise_for_status()
    return UUID(str(staff))


async def _accounts(stripe: httpx.AsyncClient, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        order = {"count": min(1000, count - len(found))}
        made = (await stripe.post("/_sim/accounts", json=order)).raise_for_status().json()
        found += made["accounts"]
    return found


async def _owe(url: str, payees: list[tuple[Group, int]], now: datetime) -> None:
    """What each is owed, in the ledger as an approval posts it."""
    database: Database = connect(url, application="lehrwerk-bench")
    for start in range(0, len(payees), _BATCH):
        async with database.begin() as session:
            for group, number in payees[start : start + _BATCH]:
                payable = chart.trainer_payable(group.id_of("trainer", number))
                await posting.post(
                    session, source="approval", key=f"{group.name} {number}",
                    description="A week of the bench", effective_at=now, now=now,
                    entries=[
                        Entry(chart.EXPENSE_TRAINERS, "USD", PAY_MINOR),
                        Entry(payable, "USD", -PAY_MINOR),
                    ],
                )  # fmt: skip
    await database.close()


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
# The rounds of the day have been: accounts that nobody was told of would all be asked after now,
# and every statement fetched, which is other work than sending.
_ROUNDS = """
WITH reconciled AS (
  INSERT INTO reconciliation_runs (id, state, ordered_at, finished_at, accounts_total,
    accounts_done, lines_compared, lines_matched, differences_open)
  VALUES (gen_random_uuid(), 'finished', $1, $1, 0, 0, 0, 0, 0)
)
INSERT INTO notice_rounds (name, ran_at) VALUES ('missed_events', $1), ('care_for_books', $1)
"""
