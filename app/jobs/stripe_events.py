"""Webhooks, taken from the inbox: a kind of event → a look outside → an effect in our books.

A look asks the provider, with no transaction open, and never believes the event's own figures; the
effect it returns runs in the transaction that marks the event handled. So an event may come twice,
early, late or out of order. Kinds that nobody here needs are kept and marked `ignored`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.invoicing import collecting
from app.jobs.toolbox import Toolbox
from app.kit import inbox

_log = structlog.get_logger("lehrwerk.jobs")


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """A verified webhook. `source` is stripe (platform) or stripe-connect."""

    id: UUID
    source: str
    kind: str
    body: dict[str, Any]

    @property
    def object_id(self) -> str:
        """The id of the object that a snapshot event is about; '' if there is none."""
        about = self.body.get("data", {}).get("object", {})
        return str(about.get("id", ""))


Effect = Callable[[AsyncSession, datetime], Awaitable[str]]
Look = Callable[[Toolbox, StripeEvent], Awaitable[Effect]]


async def checkout_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    """A payment page was paid or has expired."""
    state = await tools.outside.payments.checkout_state(event.object_id)

    async def effect(session: AsyncSession, now: datetime) -> str:
        return await collecting.settle_checkout(session, event.object_id, state, now=now)

    return effect


LOOKS: dict[str, Look] = {
    "checkout.session.completed": checkout_changed,
    "checkout.session.async_payment_succeeded": checkout_changed,
    "checkout.session.expired": checkout_changed,
}


async def _ignore(session: AsyncSession, now: datetime) -> str:
    del session, now
    return "ignored"


async def handle_stripe_event(tools: Toolbox, payload: Mapping[str, str]) -> None:
    """Errand HANDLE_STRIPE_EVENT {"inbox_event_id"}. Raises what look and effect raise: the queue
    tries again, and an event that never works stays there on hold, unhandled and visible."""
    event_id = UUID(payload["inbox_event_id"])
    async with tools.database.begin() as session:
        stored = await inbox.load(session, event_id)
        if stored is None or stored.handled_at is not None:
            return
        event = StripeEvent(stored.id, stored.source, stored.kind, stored.body)
    look = LOOKS.get(event.kind)
    effect: Effect = await look(tools, event) if look else _ignore
    await _apply(tools, event, effect)


async def _apply(tools: Toolbox, event: StripeEvent, effect: Effect) -> None:
    async with tools.database.begin() as session:
        stored = await inbox.load(session, event.id)
        if stored is None or stored.handled_at is not None:
            return
        now = tools.clock.now()
        stored.outcome = await effect(session, now)
        stored.handled_at = now
        _log.info("event_handled", kind=event.kind, outcome=stored.outcome)
