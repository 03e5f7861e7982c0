"""A server that takes what a phone sends, in a process that may be killed at any moment."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import event

from app.api.door import Runtime
from app.kit.clock import Clock
from app.kit.db import connect
from app.kit.ids import derived_id
from app.main import build_app, reach_outside
from app.settings import Settings

WEEKS = 4
_MINUTE = timedelta(minutes=1)
_PATH = "/trainer/v1/time-entries/sync"


@dataclass(frozen=True)
class Phone:
    """Whose hours they are, where they go, and how many at a time."""

    url: str
    data_dir: str
    token: str
    engagement_id: UUID
    strangers_engagement_id: UUID
    first: datetime
    ahead_s: int
    number: int
    at_once: int


@dataclass(frozen=True)
class Report:
    """What one sending of everything came to. Transactions hold every lock that there is."""

    outcomes: Counter[str]
    took_s: float
    grown_mb: float
    longest_transaction_s: float


def items_of(phone: Phone) -> list[dict[str, Any]]:
    """Three minutes in every four over four weeks, the same in each week; then what is wrong."""
    number = phone.number
    per_week = number * 92 // 100 // WEEKS
    good = []
    for n in range(per_week * WEEKS):
        week, place = divmod(n, per_week)
        start = phone.first + timedelta(days=7 * week) + 4 * place * _MINUTE
        good.append(_item(phone, n, start, start + 3 * _MINUTE))
    bad = [_bad(phone, number + n) for n in range(number * 3 // 100)]
    repeated = good[:: len(good) // (number * 5 // 100)][: number * 5 // 100]
    return [*good, *repeated, *bad]


def _item(phone: Phone, n: int, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "entry_id": str(derived_id(phone.engagement_id, n)),
        "engagement_id": str(phone.engagement_id),
        "started_at": start.isoformat(),
        "ended_at": end.isoformat(),
    }


def _bad(phone: Phone, n: int) -> dict[str, Any]:
    """Each in one of six ways."""
    start = phone.first + n % 90 * 4 * _MINUTE
    said = _item(phone, n, start + _MINUTE, start + 2 * _MINUTE)  # overlaps what is there
    local = {"local": f"{phone.first.year}-03-29T02:30", "timezone": "Europe/Berlin"}
    ways: list[dict[str, Any]] = [
        {},
        {"ended_at": said["started_at"]},
        {"ended_at": None},
        {"started_at": "yesterday"},
        {"engagement_id": str(phone.strangers_engagement_id)},
        {"started_at": {**local, "timezone": "Nowhere"}},
    ]
    return {**said, **ways[n % len(ways)]}


def take(phone: Phone, pipe: Connection) -> None:
    """Send everything through the door, in a process of its own, and report."""
    pipe.send(asyncio.run(take_here(phone)))


async def take_here(phone: Phone) -> Report:
    settings = Settings(data_dir=Path(phone.data_dir), allow_async_commit=True)
    database = connect(phone.url)
    begun: dict[int, float] = {}
    lengths = [0.0]
    engine = database.engine.sync_engine
    event.listen(engine, "begin", lambda c: begun.__setitem__(id(c), time.perf_counter()))
    for end in ("commit", "rollback"):
        event.listen(engine, end, lambda c: lengths.append(time.perf_counter() - begun.pop(id(c))))
    runtime = Runtime(settings, database, Clock(), reach_outside(settings))
    runtime.clock.set_offset(phone.ahead_s)
    transport = httpx.ASGITransport(app=build_app(runtime), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {phone.token}"}
    outcomes: Counter[str] = Counter()
    async with httpx.AsyncClient(transport=transport, base_url="http://lehrwerk.test") as client:
        await client.get("/trainer/v1/me", headers=headers)
        items = items_of(phone)
        before_mb, started = _peak_mb(), time.perf_counter()
        for place in range(0, len(items), phone.at_once):
            body = {"items": items[place : place + phone.at_once]}
            answer = await client.post(_PATH, json=body, headers=headers, timeout=None)
            assert answer.status_code == 200, answer.text
            results = answer.json()["results"]
            assert [r["entry_id"] for r in results] == [i["entry_id"] for i in body["items"]]
            for result in results:
                outcomes[result["outcome"]] += 1
                if result["problem"]:
                    outcomes[result["problem"]["code"]] += 1
        took_s = time.perf_counter() - started
    await database.close()
    return Report(outcomes, took_s, _peak_mb() - before_mb, max(lengths))


def _peak_mb() -> float:
    """The most memory that this process ever held (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError("no VmHWM")
