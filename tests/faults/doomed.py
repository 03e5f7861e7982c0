"""A worker process that kills itself with SIGKILL at one exact point, as a power cut would.

The point is chosen outside our own code: in the gateway's protocol, or at a database commit.
"""

import asyncio
import os
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.gateways.payments import Outcome, Send
from app.jobs import worker
from app.main import make_runtime, toolbox_of
from app.settings import Settings


@dataclass(frozen=True)
class Orders:
    """Where to work, and where to die. `point` None: live until SIGTERM."""

    url: str
    stripe: str
    key: str
    data_dir: str
    point: str | None
    nth: int = 1


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DoomedPayments:
    """The real gateway, but for the call at which the process dies."""

    def __init__(self, real: Any, orders: Orders) -> None:
        self._real = real
        self._orders = orders
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def send_transfer(self, send: Send) -> Outcome:
        return await self._call("transfer", self._real.send_transfer, send)

    async def start_bank_payout(self, send: Send) -> Outcome:
        return await self._call("bank_payout", self._real.start_bank_payout, send)

    async def _call(self, kind: str, real: Any, send: Send) -> Outcome:
        point = self._orders.point or ""
        if not point.startswith(kind):
            return await real(send)
        self._calls += 1
        if self._calls != self._orders.nth:
            return await real(send)
        if point.endswith("before_the_request"):
            die()
        if point.endswith("while_waiting"):
            asyncio.get_running_loop().call_later(0.4, die)
        outcome = await real(send)
        if point.endswith("answer_read"):
            die()
        return outcome


def _die_at_commit(orders: Orders) -> None:
    """Before or after the nth commit that a worker of payouts makes."""
    counted = 0

    def count(_: Session) -> None:
        nonlocal counted
        counted += 1
        if counted == orders.nth:
            die()

    moment = "before_commit" if orders.point == "before_commit" else "after_commit"
    event.listen(Session, moment, count)


def work(orders: Orders) -> None:
    """Entry point of the process."""
    asyncio.run(_work(orders))


async def _work(orders: Orders) -> None:
    settings = Settings(
        data_dir=Path(orders.data_dir),
        allow_async_commit=True,
        stripe_api_base=orders.stripe,
        stripe_key=orders.key,  # type: ignore[arg-type]
        stripe_timeout_s=1.0,
        job_heartbeat_s=1.0,
    )
    runtime = make_runtime(settings, url=orders.url)
    tools = toolbox_of(runtime)
    doomed = DoomedPayments(tools.outside.payments, orders)
    tools = replace(tools, outside=replace(tools.outside, payments=doomed))
    if orders.point in ("before_commit", "after_commit"):
        _die_at_commit(orders)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await worker.run(tools, stop, url=orders.url)
