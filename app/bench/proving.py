"""`lehrwerk bench books`: every identity over many ledger entries, beside a scan of the tables."""

import asyncio
import os
import platform
import statistics
import time
from collections.abc import Callable

import asyncpg

from app.bench import deals_ground
from app.books import proving
from app.kit.db import Database, connect

ROUNDS = 3
SIDE_BY_SIDE = 2
# What the proof cannot do without; the other tables that it reads are small beside them.
TABLES = (
    "ledger_entries", "posting_groups", "ledger_accounts", "ledger_balances", "ledger_links",
    "time_entries", "timesheets", "approvals", "bill_lines", "pay_lines", "cap_counters",
    "invoices", "invoice_lines", "invoice_tax_groups", "collections", "payouts", "payout_lines",
    "payout_attempts", "offers", "engagements",
)  # fmt: skip


def run(url: str, *, entries: int, tell: Callable[[str], None]) -> list[str]:
    """The table as lines. `url`: an empty, migrated database that may be filled.

    Raises RuntimeError when an identity does not hold.
    """
    return asyncio.run(_run(url, entries, tell))


async def _run(url: str, entries: int, tell: Callable[[str], None]) -> list[str]:
    connection = await asyncpg.connect(url)
    database = connect(url, application="lehrwerk-bench")
    try:
        await deals_ground.lay(connection, entries=entries, tell=tell)
        there = await connection.fetchval("SELECT count(*) FROM ledger_entries")
        pages = await connection.fetchval(
            "SELECT sum(pg_relation_size(oid))::bigint FROM pg_class"
            " WHERE relname = ANY($1::text[])",
            list(TABLES),
        )
        took: dict[str, list[float]] = {}
        identities = 0
        for number in range(ROUNDS):
            for name, figure in (
                ("scan: count(*) of each table", _scan(connection, "count(*)")),
                ("scan: each row made into text", _scan(connection, "sum(length(t::text))")),
                ("books", _prove(database, SIDE_BY_SIDE)),
                ("books on one connection", _prove(database, 1)),
            ):
                began = time.perf_counter()
                identities = await figure or identities
                took.setdefault(name, []).append(time.perf_counter() - began)
                tell(f"round {number + 1}: {name} {took[name][-1]:.2f} s")
    finally:
        await connection.close()
        await database.close()
    said = f"{there:,} ledger entries, {pages / 1e6:,.0f} MB in {len(TABLES)} tables"
    return _table(took, f"{said}, {identities} identities")


async def _scan(connection: asyncpg.Connection, what: str) -> int:
    """One after the other, on one connection, from the heap."""
    async with connection.transaction(readonly=True):
        await connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        await connection.execute("SET LOCAL enable_indexonlyscan = off")
        for table in TABLES:
            await connection.fetchval(f"SELECT {what} FROM {table} AS t")  # noqa: S608 – our own names
    return 0


async def _prove(database: Database, side_by_side: int) -> int:
    found = await proving.prove_at_one_moment(database, side_by_side=side_by_side)
    broken = [identity for identity in found if not identity.holds]
    if broken:
        raise RuntimeError(f"the ground is not sound: {broken[0].name}: {broken[0].breaches[:3]}")
    return len(found)


def _table(took: dict[str, list[float]], said: str) -> list[str]:
    base = statistics.median(next(iter(took.values())))
    lines = [
        f"{platform.machine()}, {os.cpu_count()} cores, {said}, {ROUNDS} rounds by turns, medians",
        "",
        "| what | seconds | of the scan |",
        "|---|---|---|",
    ]
    for name, each in took.items():
        median = statistics.median(each)
        lines.append(f"| {name} | {median:.2f} | {median / base:.1f} |")
    return lines
