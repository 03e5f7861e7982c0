"""`lehrwerk bench ledger`: postings a second on one hot account, beside pgbench inserting the same
rows."""

import asyncio
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import asyncpg
from sqlalchemy import text

from app.bench import posting_load
from app.domain import chart
from app.kit.clock import Clock
from app.kit.db import connect
from app.ledger import posting
from app.ledger.posting import Entry

ROUNDS = 3
PROCESSES = 2
CONNECTIONS = (1, 8, 16)
_TPS = re.compile(r"tps = ([0-9.]+)")
_FLOOR = f"""
\\set n random(0, {posting_load.CLIENTS_OF_OURS - 1})
BEGIN;
INSERT INTO posting_groups (id, source, key, description, effective_at, recorded_at)
 SELECT id, 'floor', id::text, 'Measured', now(), now() FROM gen_random_uuid() AS id
 RETURNING id AS made
\\gset
INSERT INTO ledger_entries (id, group_id, account_id, currency, amount_minor)
 SELECT gen_random_uuid(), :made::uuid, a.id, 'USD', v.minor
 FROM (VALUES (-1, 1000::bigint), (:n::int, -1000::bigint)) AS v(n, minor)
 JOIN bench_accounts a ON a.n = v.n;
COMMIT;
"""  # noqa: S608 – our own constants

_NUMBERED = """
CREATE TABLE bench_accounts AS
SELECT coalesce(array_position(CAST(:keys AS text[]), key), 0) - 1 AS n, id FROM ledger_accounts
"""


def run(url: str, *, pgbench: Path, seconds: int, tell: Callable[[str], None]) -> list[str]:
    """The table as lines. `url`: an empty, migrated database that may be filled.

    Raises RuntimeError when a round was not clean or the books do not fit afterwards.
    """
    asyncio.run(_lay(url))
    floors: dict[int, list[float]] = {}
    ours: dict[int, list[float]] = {}
    for number in range(ROUNDS):
        for clients in CONNECTIONS:
            floors.setdefault(clients, []).append(_floor(url, pgbench, clients, seconds))
            ours.setdefault(clients, []).append(_ours(url, clients, seconds))
            tell(
                f"round {number + 1}, {clients} connections: floor {floors[clients][-1]:,.0f},"
                f" posted {ours[clients][-1]:,.0f} a second"
            )
    asyncio.run(_check(url))
    return _table(floors, ours, seconds)


async def _lay(url: str) -> None:
    """Open every account once; the floor finds them by their number, the hot one as -1."""
    keys = [posting_load.receivable(n) for n in range(posting_load.CLIENTS_OF_OURS)]
    database, now = connect(url, application="lehrwerk-bench"), Clock().now()
    try:
        async with database.begin() as session:
            await posting.post(
                session, source="bench", key="ground", description="Ground", effective_at=now,
                now=now,
                entries=[
                    Entry(posting_load.HOT, "USD", len(keys)),
                    *(Entry(key, "USD", -1) for key in keys),
                ],
            )  # fmt: skip
            await session.execute(text(_NUMBERED), {"keys": keys})
    finally:
        await database.close()


def _floor(url: str, pgbench: Path, clients: int, seconds: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "floor.sql"
        script.write_text(_FLOOR, encoding="utf-8")
        done = subprocess.run(  # noqa: S603 – our own program and arguments
            [
                str(pgbench), "-n", "-M", "prepared", "-c", str(clients), "-j", "2",
                "-T", str(seconds), "-f", str(script),
                url,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = _TPS.search(done.stdout)
    if done.returncode or found is None or "aborted" in done.stderr:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")
    return float(found[1])


def _ours(url: str, clients: int, seconds: int) -> float:
    """As the workers do it: the connections are shared out over two processes."""
    shares = [share for n in range(PROCESSES) if (share := len(range(n, clients, PROCESSES)))]
    started = [
        subprocess.Popen(  # noqa: S603 – our own program and arguments
            [sys.executable, "-m", "app.bench.posting_load", url, str(share), str(seconds)],
            stdout=subprocess.PIPE, text=True,
        )
        for share in shares
    ]  # fmt: skip
    total = 0.0
    for each in started:
        said, _ = each.communicate()
        if each.returncode:
            raise RuntimeError("a process that posts has failed")
        count, took = said.split()
        total += int(count) / float(took)
    return total


async def _check(url: str) -> None:
    """Whatever came in at once, the hot account is what the others are not."""
    connection = await asyncpg.connect(url)
    try:
        rest = await connection.fetchval("SELECT sum(amount_minor) FROM ledger_entries")
        hot = await connection.fetchval(
            "SELECT count(*) FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id"
            " WHERE a.key = $1",
            chart.STRIPE_PENDING,
        )
        groups = await connection.fetchval("SELECT count(*) FROM posting_groups")
    finally:
        await connection.close()
    if rest or hot != groups:
        raise RuntimeError(f"the books do not fit: rest {rest}, {hot} of {groups} on the account")


def _table(floors: dict[int, list[float]], ours: dict[int, list[float]], seconds: int) -> list[str]:
    lines = [
        f"{platform.machine()}, {os.cpu_count()} cores, one hot account,"
        f" {ROUNDS} rounds of {seconds} s by turns, medians",
        "",
        "| connections | floor: pgbench inserting the rows | posted | ratio |",
        "|---|---|---|---|",
    ]
    for clients in CONNECTIONS:
        low, mine = statistics.median(floors[clients]), statistics.median(ours[clients])
        lines.append(f"| {clients} | {low:,.0f} | {mine:,.0f} | {mine / low:.2f} |")
    return lines
