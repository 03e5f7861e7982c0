"""The machine's own clock jumps under a running server and worker: libfaketime moves it.

Only where libfaketime is installed (Debian: `apt install faketime`). The database keeps true time,
as one on another machine would.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select

from app.kit.clock import Clock
from app.kit.db import Database
from app.ledger.tables import PostingGroup
from app.timesheets import proof
from app.timesheets.tables import TimesheetStep
from tests.factories import people
from tests.factories.at_work import Deal, deal

_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not _LIBRARIES, reason="libfaketime is not installed"),
]
DAY_S = 86_400


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Machine:
    """A server with its worker; their clock is `off` seconds beside the true one."""

    database: Database
    at: Deal
    doors: httpx.AsyncClient
    dial: Path
    off_s: int = 0

    def off(self, seconds: int) -> None:
        self.off_s = seconds
        # Replaced whole: it is read at every look at the clock.
        fresh = self.dial.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}s\n")
        fresh.replace(self.dial)

    async def say(self, method: str, path: str, said: Any = None) -> httpx.Response:
        return await self.doors.request(method, f"/trainer/v1{path}", json=said)

    async def sign_in(self) -> None:
        """With a token that is good for an hour by this clock."""
        now = Clock().now() + timedelta(seconds=self.off_s)
        async with self.database.begin() as session:
            token = await people.token(session, self.at.trainer.user_id, now=now)
        self.doors.headers["Authorization"] = f"Bearer {token}"

    async def done(self) -> tuple[list[str], int]:
        """What the clock did: steps of sheets, postings."""
        async with self.database.begin() as session:
            steps = await session.scalars(select(TimesheetStep.event).order_by(TimesheetStep.at))
            postings = await session.scalar(select(func.count()).select_from(PostingGroup))
        return list(steps), postings or 0

    async def until(self, holds: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        for _ in range(240):
            if await holds():
                return
            await asyncio.sleep(0.25)
        raise AssertionError(f"not within a minute: {await self.done()}")


@pytest_asyncio.fixture
async def machine(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Machine]:
    now = Clock().now()
    async with database.begin() as session:
        at = await deal(session, now=now, starts_on=(now - timedelta(days=20)).date())
    port, dial = free_port(), tmp_path / "dial"
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "LEHRWERK_DATA_DIR": str(tmp_path / "data"),
        # The server of the tests is not as careful with its disk as one of the world must be.
        "LEHRWERK_ALLOW_ASYNC_COMMIT": "true",
        # Nobody answers there, and nobody is asked: no money is due here.
        "LEHRWERK_STRIPE_API_BASE": f"http://127.0.0.1:{free_port()}",
        "LD_PRELOAD": str(_LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(dial),
        "FAKETIME_NO_CACHE": "1",
        # What only measures how long something takes stays true; the setting was renamed once.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    program = [sys.executable, "-m", "app.cli.program", "serve", "--port", str(port)]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as doors:
        made = Machine(database, at, doors, dial)
        made.off(0)
        with (tmp_path / "log").open("wb") as log:
            server = await asyncio.create_subprocess_exec(
                *program, env=environment, stdout=log, stderr=log
            )
            try:
                await made.until(lambda: _ready(made, server))
                await made.sign_in()
                yield made
            finally:
                if server.returncode is None:
                    server.terminate()
                await server.wait()
    async with database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity


async def _ready(machine: Machine, server: asyncio.subprocess.Process) -> bool:
    assert server.returncode is None, "the server has ended"
    try:
        return (await machine.doors.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def test_the_dial_moves_the_clock(machine: Machine) -> None:
    """Else none of these would show anything. The header is written anew once a second."""
    for off in (0, -2 * 3600, 3600):
        machine.off(off)

        async def told_so(off: int = off) -> bool:
            answer = await machine.doors.get("/health/ready")
            told = parsedate_to_datetime(answer.headers["date"])
            return abs(told - datetime.now(UTC) - timedelta(seconds=off)) < timedelta(seconds=10)

        await machine.until(told_so)


@pytest.mark.parametrize("off", [-2 * 3600, -3600, 3600])
async def test_a_timer_while_the_clock_jumps(machine: Machine, off: int) -> None:
    """What she is paid is what the server's clock said, and a second is the least."""
    id_ = uuid4()
    said = {"engagement_id": str(machine.at.engagement.id)}
    started = await machine.say("PUT", f"/time-entries/{id_}/timer", said)
    assert started.status_code == 201, started.text
    machine.off(off)
    await machine.sign_in()
    again = await machine.say("PUT", f"/time-entries/{id_}/timer", said)
    assert again.json().get("id") == str(id_), again.text
    stopped = await machine.say("POST", f"/time-entries/{id_}/stop", {})
    assert stopped.status_code == 200, stopped.text
    seconds = stopped.json()["worked_seconds"]
    assert seconds == 1 if off < 0 else 0 < seconds <= off + 60
    machine.off(0)
    await machine.sign_in()
    twice = await machine.say("POST", f"/time-entries/{id_}/stop", {})
    assert twice.json()["worked_seconds"] == seconds


@pytest.mark.parametrize("off", [-300, 300])
async def test_tokens_and_replays_outlive_a_clock_that_is_off(machine: Machine, off: int) -> None:
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    item = {
        "entry_id": str(uuid4()),
        "engagement_id": str(machine.at.engagement.id),
        "started_at": begin.isoformat(),
        "ended_at": (begin + timedelta(hours=1)).isoformat(),
    }
    machine.doors.headers["Idempotency-Key"] = str(uuid4())
    machine.off(off)
    first = await machine.say("POST", "/time-entries/sync", {"items": [item]})
    assert first.json()["results"][0]["worked_seconds"] == 3_600
    machine.off(0)
    replayed = await machine.say("POST", "/time-entries/sync", {"items": [item]})
    assert (replayed.content, replayed.headers["idempotent-replayed"]) == (first.content, "true")


async def test_back_and_on_again_over_hand_in_and_approval(machine: Machine) -> None:
    """Each is done once, however often its moment comes."""
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    said = {
        "engagement_id": str(machine.at.engagement.id),
        "started_at": begin.isoformat(),
        "ended_at": (begin + timedelta(hours=1)).isoformat(),
    }
    kept = await machine.say("PUT", f"/time-entries/{uuid4()}", said)
    assert kept.status_code == 201, kept.text

    async def handed_in() -> bool:
        return await machine.done() == (["submit"], 0)

    async def approved() -> bool:
        return await machine.done() == (["submit", "approve"], 1)

    for days, holds in ((9, handed_in), (20, approved)):
        machine.off(days * DAY_S)
        await machine.until(holds)
        for jump in (-2 * 3600, 0, -3600, 3600):
            machine.off(days * DAY_S + jump)
            await asyncio.sleep(6)
            assert await holds()
