"""`lehrwerk bench time`: the hot path of hours through the whole HTTP stack, beside the floor."""

import asyncio
import json
import os
import platform
import secrets
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import asyncpg

from app.bench import floor, ground, load
from app.bench.ground import BATCHES, ENTRIES, SLOT, TIMERS, TRAINERS, Group
from app.bench.load import Tally
from app.kit.clock import Clock

CLIENTS = 16
WORKERS = 2
BATCH = 100
ROUNDS = 3


@dataclass(slots=True)
class Measured:
    """A kind of call over all rounds: units a second in each round, and times of one call."""

    units: int = 1
    a_second: list[float] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.a_second)


def run(
    url: str, *, pgbench: Path, entries: int, seconds: int, tell: Callable[[str], None]
) -> list[str]:
    """The table as lines. `url`: an empty, migrated database that may be filled.

    Raises RuntimeError when a round was not clean.
    """
    now = Clock().now()
    first = ground.first_week(now)
    asyncio.run(_lay(url, entries, now, tell))
    found: dict[str, Measured] = defaultdict(Measured)
    floors: list[float] = []
    calls = _Calls(first)
    weeks = [ground.slot(first, n * ground.SLOTS_A_WEEK).isoformat() for n in range(ground.WEEKS)]
    with _servers(url) as ports:
        for number in range(ROUNDS):
            floors.append(
                floor.run(
                    url, pgbench=pgbench, first=first, weeks=weeks,
                    start=number * _per_client(), seconds=seconds, clients=CLIENTS,
                )
            )  # fmt: skip
            tell(f"round {number + 1}: floor {floors[-1]:,.0f} a second")
            for name, units, streams in calls.kinds():
                tally = asyncio.run(load.drive(ports, streams, seconds=seconds))
                found[name].units = units
                found[name].a_second.append(tally.per_second * units)
                found[name].tallies.append(tally)
                tell(f"round {number + 1}: {name} {tally.per_second * units:,.0f} a second")
    return _table(floors, found, entries, seconds)


def _per_client() -> int:
    """The floor's share of slots for a round and a client."""
    return TRAINERS * ground.SLOTS_A_WEEK * ground.WEEKS // ROUNDS // CLIENTS


async def _lay(url: str, entries: int, now: datetime, tell: Callable[[str], None]) -> None:
    connection = await asyncpg.connect(url)
    try:
        began = time.perf_counter()
        await ground.lay(connection, entries=entries, now=now, tell=tell)
        tell(f"ground laid in {time.perf_counter() - began:.0f} s")
    finally:
        await connection.close()


class _Calls:
    """What is sent. Every trainer's next slot is known here, so that no two calls collide."""

    def __init__(self, first: datetime) -> None:
        self._first = first
        self._slots: dict[tuple[str, int], int] = defaultdict(int)
        self._next: dict[str, int] = defaultdict(int)
        # These go on from round to round: what was started when time was up is stopped first.
        self._timers_on = [self._timers(n) for n in range(CLIENTS)]

    def kinds(self) -> list[tuple[str, int, list[Iterator[bytes]]]]:
        """Name, units in a call, and a stream of requests for each connection."""
        return [
            ("record_time", 1, [self._records(n) for n in range(CLIENTS)]),
            ("start_timer, stop_timer", 1, self._timers_on),
            ("get_allowance", 1, [self._allowances(n) for n in range(CLIENTS)]),
            (f"sync_time, {BATCH} items", BATCH, [self._batches(n) for n in range(CLIENTS)]),
        ]

    def _trainers(self, group: Group, client: int) -> Iterator[int]:
        """Each connection has trainers of its own, taken in turn over all rounds."""
        mine = range(client, TRAINERS, CLIENTS)
        while True:
            place = self._next[f"{group.name} {client}"]
            self._next[f"{group.name} {client}"] = place + 1
            yield mine[place % len(mine)]

    def _take(self, group: Group, trainer: int, count: int) -> int:
        number = self._slots[(group.name, trainer)]
        self._slots[(group.name, trainer)] = number + count
        return number

    def _said(self, group: Group, trainer: int, number: int) -> dict[str, str]:
        start = ground.slot(self._first, number)
        return {
            "engagement_id": str(group.id_of("engagement", trainer)),
            "started_at": start.isoformat(),
            "ended_at": (start + SLOT).isoformat(),
            "note": "Judged answers.",
        }

    def _records(self, client: int) -> Iterator[bytes]:
        for trainer in self._trainers(ENTRIES, client):
            said = self._said(ENTRIES, trainer, self._take(ENTRIES, trainer, 1))
            yield load.request(
                "PUT", f"/trainer/v1/time-entries/{uuid4()}", token=ENTRIES.token(trainer),
                body=json.dumps(said).encode(),
            )  # fmt: skip

    def _timers(self, client: int) -> Iterator[bytes]:
        for trainer in self._trainers(TIMERS, client):
            path, token = f"/trainer/v1/time-entries/{uuid4()}", TIMERS.token(trainer)
            said = json.dumps({"engagement_id": str(TIMERS.id_of("engagement", trainer))})
            yield load.request("PUT", f"{path}/timer", token=token, body=said.encode())
            yield load.request("POST", f"{path}/stop", token=token, body=b"{}")

    def _allowances(self, client: int) -> Iterator[bytes]:
        for trainer in self._trainers(ENTRIES, client):
            engagement = ENTRIES.id_of("engagement", trainer)
            yield load.request(
                "GET", f"/trainer/v1/engagements/{engagement}/allowance",
                token=ENTRIES.token(trainer),
            )  # fmt: skip

    def _batches(self, client: int) -> Iterator[bytes]:
        for trainer in self._trainers(BATCHES, client):
            start = self._take(BATCHES, trainer, BATCH)
            items = [
                {"entry_id": str(uuid4()), **self._said(BATCHES, trainer, start + n)}
                for n in range(BATCH)
            ]
            yield load.request(
                "POST", "/trainer/v1/time-entries/sync", token=BATCHES.token(trainer),
                body=json.dumps({"items": items}).encode(),
            )  # fmt: skip


@contextmanager
def _servers(url: str) -> Iterator[list[int]]:
    """As many API processes as a machine of two cores would run, with production's settings."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "LEHRWERK_ENVIRONMENT": "production",
        "LEHRWERK_SECRET": secrets.token_hex(32),
        "LEHRWERK_STRIPE_KEY": f"sk_test_{secrets.token_hex(12)}",
        "LEHRWERK_STRIPE_WEBHOOK_SECRETS": json.dumps([secrets.token_hex(16)]),
        "LEHRWERK_STRIPE_CONNECT_WEBHOOK_SECRETS": json.dumps([secrets.token_hex(16)]),
    }
    ports = [_free_port() for _ in range(WORKERS)]
    with ExitStack() as stack:
        for port in ports:
            process = subprocess.Popen(  # noqa: S603 – our own program
                [sys.executable, "-m", "app.cli.program", "serve", "--port", str(port)],
                env=environment,
                stdout=subprocess.DEVNULL,
            )
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        for port in ports:
            _await_ready(port)
        yield ports


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_ready(port: int) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("a server did not answer")


def _table(
    floors: list[float], found: dict[str, Measured], entries: int, seconds: int
) -> list[str]:
    base = statistics.median(floors)
    lines = [
        f"{platform.machine()}, {os.cpu_count()} cores, {WORKERS} workers, {CLIENTS} connections, "
        f"{entries:,} entries before, {ROUNDS} rounds of {seconds} s by turns, medians",
        "",
        "| what | a second | of the floor | p50 ms | p99 ms |",
        "|---|---|---|---|---|",
        f"| floor: six prepared statements, pgbench | {base:,.0f} | 1.00 | | |",
    ]
    for name, measured in found.items():
        half, most = (
            statistics.median(t.percentile_ms(share) for t in measured.tallies)
            for share in (0.5, 0.99)
        )
        unit = " (items)" if measured.units > 1 else ""
        lines.append(
            f"| {name}{unit} | {measured.median:,.0f} | {measured.median / base:.2f} "
            f"| {half:.1f} | {most:.1f} |"
        )
    return lines
