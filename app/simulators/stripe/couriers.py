"""Delivery of events: signed, at least once, with back-off, outside of any API call."""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from app.simulators.stripe import events, signing
from app.simulators.stripe.faults import Fault, Faults
from app.simulators.stripe.store import Row, Store

# Stripe's own intervals run to days; nobody waits for that on a laptop.
BACK_OFF_SECONDS = (0.3, 0.6, 1.2, 2.5, 5.0, 10.0)
MOST_ATTEMPTS = 60
AT_ONCE = 16
IDLE_SECONDS = 1.0


@dataclass(frozen=True)
class WebhookTarget:
    """Where events go and the secret that signs them."""

    url: str
    secret: str


class Courier:
    """`targets` maps `platform` and `connect` to their endpoints."""

    def __init__(self, store: Store, faults: Faults, targets: Mapping[str, WebhookTarget]) -> None:
        self._store = store
        self._faults = faults
        self._targets = targets
        self._news = asyncio.Event()
        self._tried = asyncio.Event()
        self._client: httpx.AsyncClient | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        # Loading certificates takes longer than starting, and an http target needs none.
        encrypted = any(target.url.startswith("https:") for target in self._targets.values())
        self._client = httpx.AsyncClient(timeout=10.0, trust_env=False, verify=encrypted)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._client is not None:
            await self._client.aclose()

    def wake(self) -> None:
        self._news.set()

    async def settle(self, patience_seconds: float = 5.0) -> bool:
        """Wait until every event has been tried once; False when patience ran out."""
        self.wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_seconds):
                while self._untried():
                    self._tried.clear()
                    await self._tried.wait()
        return not self._untried()

    def _untried(self) -> bool:
        return (
            self._store.row("SELECT 1 FROM events WHERE state = 'waiting' AND attempts = 0")
            is not None
        )

    async def _run(self) -> None:
        while True:
            self._news.clear()
            shuffle = self._faults.shuffle
            if shuffle is not None:
                await asyncio.sleep(shuffle.seconds)
            rows = self._store.rows(
                "SELECT * FROM events WHERE state = 'waiting' AND next_at <= ?"
                " ORDER BY seq LIMIT ?",
                (time.time(), AT_ONCE if shuffle is None else shuffle.window),
            )
            if shuffle is not None:
                for row in shuffle.reorder(rows):
                    await self._deliver(row)
            elif rows:
                await asyncio.gather(*(self._deliver(row) for row in rows))
            if rows:
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._pause())

    def _pause(self) -> float:
        row = self._store.row("SELECT MIN(next_at) AS at FROM events WHERE state = 'waiting'")
        if row is None or row["at"] is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.01, float(row["at"]) - time.time()))

    async def _deliver(self, row: Row) -> None:
        target = self._targets.get(row["addressee"])
        if target is None:
            self._note(row, "no_endpoint", None)
            return
        fault = self._faults.for_event(row["type"])
        if fault is not None and fault.kind == "webhook_drop":
            self._note(row, "dropped", None)
            return
        if fault is not None and fault.kind == "webhook_delay":
            self._note(row, "waiting", None, time.time() + fault.seconds)
            return
        status = await self._send(row, target, fault)
        if status is not None and 200 <= status < 300:
            if fault is not None and fault.kind == "webhook_again":
                # Taken, and sent once more when everything may have moved on.
                self._note(row, "waiting", status, time.time() + fault.seconds)
                return
            self._note(row, "delivered", status)
            for _ in range(fault.copies if fault and fault.kind == "webhook_duplicate" else 0):
                await self._send(row, target, None)
            return
        attempts = row["attempts"] + 1
        pause = BACK_OFF_SECONDS[min(attempts, len(BACK_OFF_SECONDS)) - 1]
        state = "failed" if attempts >= MOST_ATTEMPTS else "waiting"
        self._note(row, state, status, time.time() + pause)

    async def _send(self, row: Row, target: WebhookTarget, fault: Fault | None) -> int | None:
        """The status of the answer, None without one."""
        assert self._client is not None
        payload = json.dumps(events.notification(row), indent=2)
        try:
            response = await self._client.post(
                target.url,
                content=payload.encode(),
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "Stripe-Signature": _signature(payload, target, fault),
                    "User-Agent": "Stripe/1.0 (local simulator)",
                },
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return response.status_code

    def _note(self, row: Row, state: str, status: int | None, next_at: float = 0.0) -> None:
        self._store.run(
            "UPDATE events SET state = ?, attempts = attempts + 1, last_status = ?, next_at = ?"
            " WHERE id = ?",
            (state, status, next_at, row["id"]),
        )
        self._tried.set()


def _signature(payload: str, target: WebhookTarget, fault: Fault | None) -> str:
    # Real time on purpose: verifiers measure the age of a signature by the wall clock.
    now = int(time.time())
    kind = fault.kind if fault else ""
    if kind == "webhook_bad_signature":
        return f"t={now},v1={'0' * 64}"
    if kind == "webhook_wrong_secret":
        return signing.header(payload, target.secret + "-of-somebody-else", now)
    if kind == "webhook_old_timestamp":
        return signing.header(payload, target.secret, now - 3600)
    if kind == "webhook_two_secrets":
        # As while a secret is rolled over: one signature of each, the old one first.
        old = signing.header(payload, target.secret + "-before", now)
        return f"{old},v1={signing.header(payload, target.secret, now).partition('v1=')[2]}"
    return signing.header(payload, target.secret, now)
