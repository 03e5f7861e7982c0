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

from app.invoicing import charging, collecting, disputing, refund_sending, saving
from app.jobs.toolbox import Toolbox
from app.kit import inbox
from app.payouts import accounts, rules, settling

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


async def _ignore(session: AsyncSession, now: datetime) -> str:
    del session, now
    return "ignored"


async def _foreign(session: AsyncSession, now: datetime) -> str:
    del session, now
    return "foreign_account"


async def _is_ours(tools: Toolbox, account: str) -> bool:
    """Somebody else's account is not asked about. Raises NotKnownYet."""
    async with tools.database.begin() as session:
        known = await accounts.is_known(session, account, now=tools.clock.now())
    if known is None:
        raise settling.NotKnownYet(account)
    return known


async def checkout_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    """A payment page was paid, has expired, or its direct debit has failed; or something was saved
    on a page in setup mode."""
    state = await tools.outside.payments.checkout_state(event.object_id)
    if state.state == "setup":
        return await _setup_changed(tools, event)

    async def effect(session: AsyncSession, now: datetime) -> str:
        return await collecting.settle_checkout(session, event.object_id, state, now=now)

    return effect


async def _setup_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    setup = await tools.outside.mandates.setup_state(event.object_id)

    async def effect(session: AsyncSession, now: datetime) -> str:
        return await saving.take(session, event.object_id, setup, now=now)

    return effect


async def intent_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    """A charge of a saved means of payment was decided. What a page has charged is told by the
    page, so that its intents are not asked about: the event says whose business it is."""
    about = event.body.get("data", {}).get("object", {})
    if (about.get("metadata") or {}).get("charged") != "off_session":
        return _ignore
    state = await charging.look(tools.outside.mandates, event.object_id)

    async def effect(session: AsyncSession, now: datetime) -> str:
        return await charging.take(session, state, now=now)

    return effect


async def refund_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    """A refund was made, by us or at the provider, has moved or has come back."""
    seen = await tools.outside.reversals.refund_seen(event.object_id)

    async def effect(session: AsyncSession, now: datetime) -> str:
        return await refund_sending.take(session, seen, now=now)

    return effect


async def dispute_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    """A payer's bank questions a payment, takes its money away, or has decided."""
    seen = await tools.outside.reversals.dispute_seen(event.object_id)

    async def effect(session: AsyncSession, now: datetime) -> str:
        return await disputing.take(session, seen, now=now)

    return effect


async def bank_payout_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    """A payout to a trainer's bank moved, in her connected account."""
    account, bank_payout_id = str(event.body.get("account", "")), event.object_id
    if not account:
        return _ignore  # the platform's own payouts are not ours to settle
    if not await _is_ours(tools, account):
        return _foreign
    state = await tools.outside.payments.bank_payout_state(account, bank_payout_id)

    async def effect(session: AsyncSession, now: datetime) -> str:
        return await settling.settle(session, account, bank_payout_id, state, now=now)

    return effect


async def payee_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    """What a trainer's account may do, or what is still asked of her, has changed (thin)."""
    account = str(event.body.get("related_object", {}).get("id", ""))
    return await _look_at_payee(tools, account)


async def bank_changed(tools: Toolbox, event: StripeEvent) -> Effect:
    """A trainer's account names another bank account than before, or none (snapshot)."""
    account = str(event.body.get("account", ""))
    return await _look_at_payee(tools, account) if account else _ignore


async def _look_at_payee(tools: Toolbox, account: str) -> Effect:
    if not await _is_ours(tools, account):
        return _foreign
    asked_at = tools.clock.now()
    state = await tools.outside.payments.payee_state(account)

    async def effect(session: AsyncSession, now: datetime) -> str:
        return await accounts.take_state(
            session,
            account,
            state,
            asked_at=asked_at,
            rules=rules.rules_of(tools.settings),
            now=now,
        )

    return effect


LOOKS: dict[str, Look] = {
    "checkout.session.completed": checkout_changed,
    "checkout.session.async_payment_succeeded": checkout_changed,
    "checkout.session.async_payment_failed": checkout_changed,
    "checkout.session.expired": checkout_changed,
    "payment_intent.succeeded": intent_changed,
    "payment_intent.processing": intent_changed,
    "payment_intent.payment_failed": intent_changed,
    "payment_intent.canceled": intent_changed,
    "refund.created": refund_changed,
    "refund.updated": refund_changed,
    "refund.failed": refund_changed,
    "charge.dispute.created": dispute_changed,
    "charge.dispute.updated": dispute_changed,
    "charge.dispute.closed": dispute_changed,
    "charge.dispute.funds_withdrawn": dispute_changed,
    "charge.dispute.funds_reinstated": dispute_changed,
    "payout.paid": bank_payout_changed,
    "payout.failed": bank_payout_changed,
    "payout.canceled": bank_payout_changed,
    "payout.updated": bank_payout_changed,
    "account.external_account.created": bank_changed,
    "account.external_account.updated": bank_changed,
    "account.external_account.deleted": bank_changed,
    "v2.core.account[requirements].updated": payee_changed,
    "v2.core.account[configuration.recipient].capability_status_updated": payee_changed,
}


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
