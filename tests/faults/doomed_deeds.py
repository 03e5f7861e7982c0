"""One deed of invoicing in a process that kills itself with SIGKILL at one exact point."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.api.door import Runtime
from app.domain.actor import FinanceActor
from app.invoicing import charging, documents, refund_sending, running
from app.main import make_runtime
from app.payouts import rules
from app.settings import Settings
from tests.faults.doomed import die


@dataclass(frozen=True)
class Deed:
    """`kind`: refund | charge | invoice. `subject`: the refund, the invoice, or who orders the run.

    `point`: before_commit | after_commit, the `nth`; or VERB_before, VERB_waiting, VERB_read of a
    call to the outside; any other is for whoever watches. `clock_s`: how far the clock was moved.
    """

    kind: str
    subject: str
    point: str
    nth: int
    url: str
    stripe: str
    key: str
    data_dir: str
    clock_s: int


class DoomedGateway:
    """The real one, but for the verb at which the process dies."""

    def __init__(self, real: Any, point: str) -> None:
        self._real = real
        self._verb, _, self._moment = point.rpartition("_")

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        return self._dying(real) if name == self._verb else real

    def _dying(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **named: Any) -> Any:
            if self._moment == "before":
                die()
            if self._moment == "waiting":
                asyncio.get_running_loop().call_later(0.4, die)
            answer = await real(*args, **named)
            if self._moment == "read":
                die()
            return answer

        return call


def do(deed: Deed) -> None:
    """Entry point of the process. It survives where its point is never reached."""
    asyncio.run(_do(deed))


async def _do(deed: Deed) -> None:
    settings = Settings(
        data_dir=Path(deed.data_dir),
        allow_async_commit=True,
        stripe_api_base=deed.stripe,
        stripe_key=deed.key,  # type: ignore[arg-type]
        stripe_timeout_s=30.0,
    )
    runtime = make_runtime(settings, url=deed.url)
    runtime.clock.set_offset(deed.clock_s)
    if deed.point in ("before_commit", "after_commit"):
        _die_at_commit(deed)
    else:
        real = runtime.outside
        outside = replace(
            real,
            **{
                name: DoomedGateway(getattr(real, name), deed.point)
                for name in ("reversals", "mandates", "files", "documents")
            },
        )
        runtime = replace(runtime, outside=outside)
    await DEEDS[deed.kind](runtime, UUID(deed.subject))


def _die_at_commit(deed: Deed) -> None:
    counted = 0

    def count(_: Session) -> None:
        nonlocal counted
        counted += 1
        if counted == deed.nth:
            die()

    event.listen(Session, deed.point, count)


async def _refund(runtime: Runtime, refund_id: UUID) -> None:
    await refund_sending.send(
        runtime.database, runtime.outside.reversals, refund_id,
        longest_call_s=rules.longest_call_s(runtime.settings), clock=runtime.clock,
    )  # fmt: skip


async def _charge(runtime: Runtime, invoice_id: UUID) -> None:
    outside, now = runtime.outside, runtime.clock.now()
    await charging.charge(runtime.database, outside.payments, outside.mandates, invoice_id, now=now)


async def _invoice(runtime: Runtime, user_id: UUID) -> None:
    """Finance orders a run; then what was issued is printed."""
    now, outside = runtime.clock.now(), runtime.outside
    async with runtime.database.begin() as session:
        run = await running.run_invoices(
            session, FinanceActor(user_id), through_on=now.date(), company_id=None,
            sample_issuer=True, now=now,
        )  # fmt: skip
    for invoice in run.invoices:
        await documents.render(runtime.database, outside.files, outside.documents, invoice.id)


DEEDS: dict[str, Callable[[Runtime, UUID], Awaitable[None]]] = {
    "refund": _refund,
    "charge": _charge,
    "invoice": _invoice,
}
