"""Paying an invoice online: intent, call, outcome – one of the few verbs that must answer at once.

The collection's id is the provider's idempotency key, so that an unknown outcome is cleared up by
asking for the same page again. An address is handed out only after it was kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.invoicing import (
    COLLECTION_MOVES,
    CollectionEvent,
    CollectionState,
    InvoiceState,
)
from app.domain.lifecycles import step
from app.domain.permissions import Permission, require
from app.gateways.payments import (
    Checkout,
    OutcomeKind,
    Payments,
    PaymentsUnavailable,
)
from app.invoicing import collecting, settling
from app.invoicing.refusals import (
    CheckoutRefused,
    InvoiceAlreadyCollected,
    PaymentProviderSilent,
    PaymentUnderWay,
)
from app.invoicing.tables import Collection
from app.kit.db import Database
from app.kit.ids import new_id

_ROUNDS = 4
# The provider repeats a stored failure for a day. Nobody was ever sent to the page of such an
# intent, so that it can be given up and another one made.
_GIVE_UP_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Where the invoice can be paid right now. `amount_minor` is its whole amount due."""

    invoice_id: UUID
    collection_id: UUID
    checkout_url: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class _Intent:
    invoice_id: UUID
    collection_id: UUID
    session_id: str | None
    checkout_url: str | None
    amount_minor: int
    currency: str
    label: str
    intended_at: datetime


async def pay_invoice(
    database: Database,
    payments: Payments,
    actor: ClientActor,
    invoice_id: UUID,
    *,
    return_url: str,
    now: datetime,
) -> PaymentPage:
    """The invoice's open payment page; the same one until it expires. No transaction may be open.

    Raises NotAllowed, NotFound, InvoiceAlreadyCollected, PaymentUnderWay (also while a saved means
    of payment is charged), CheckoutRefused, PaymentProviderSilent.
    """
    require(actor, Permission.PAY_INVOICES)
    for _ in range(_ROUNDS):
        async with database.begin() as session:
            intent = await _intend(session, actor.company_id, invoice_id, now=now)
        try:
            if intent.session_id is None:
                url = await _open(database, payments, intent, return_url=return_url, now=now)
            else:
                url = await _still_open(database, payments, intent, now=now)
        except PaymentsUnavailable:
            raise PaymentProviderSilent(retry_after_s=5) from None
        if url is not None:
            return PaymentPage(
                invoice_id, intent.collection_id, url, intent.amount_minor, intent.currency
            )
    raise PaymentUnderWay


async def _intend(
    session: AsyncSession, company_id: UUID, invoice_id: UUID, *, now: datetime
) -> _Intent:
    """The live collection, or a new one. The invoice's lock keeps it the only one."""
    invoice = await settling.lock_invoice(session, invoice_id, company_id=company_id)
    if invoice.state == InvoiceState.COLLECTED:
        raise InvoiceAlreadyCollected
    live = await settling.live_collection(session, invoice.id)
    if live is not None and live.kind == "charge":
        raise PaymentUnderWay
    if live is None:
        live = Collection(
            id=new_id(),
            company_id=invoice.company_id,
            invoice_id=invoice.id,
            kind="checkout",
            state=CollectionState.INTENDED,
            amount_minor=settling.due_minor(invoice),
            currency=invoice.currency,
            intended_at=now,
            looked_at=now,
        )
        session.add(live)
        await session.flush()
    return _Intent(
        invoice.id,
        live.id,
        live.provider_session_id,
        live.checkout_url,
        live.amount_minor,
        live.currency,
        f"Invoice {invoice.number}",
        live.intended_at,
    )


async def _open(
    database: Database, payments: Payments, intent: _Intent, *, return_url: str, now: datetime
) -> str | None:
    """Ask for the page and keep it. None when the collection was settled or given up meanwhile:
    then nobody may be sent to that page."""
    opened = await payments.open_checkout(
        intent.collection_id,
        amount_minor=intent.amount_minor,
        currency=intent.currency,
        label=intent.label,
        return_url=return_url,
    )
    if isinstance(opened, Checkout):
        return await _keep(database, intent, opened, now=now)
    refused = opened.kind is OutcomeKind.DECLINED
    if not refused and intent.intended_at > now - _GIVE_UP_AFTER:
        raise PaymentProviderSilent(retry_after_s=5)
    await _give_up(database, intent)
    if refused:
        raise CheckoutRefused(reason=opened.code or "refused")
    return None


async def _keep(
    database: Database, intent: _Intent, opened: Checkout, *, now: datetime
) -> str | None:
    async with database.begin() as session:
        collection = await _locked(session, intent)
        if collection.state == CollectionState.INTENDED:
            _move(collection, CollectionEvent.OPENED)
            collection.provider_session_id = opened.session_id
            collection.checkout_url = opened.url
            collection.looked_at = now
        return collection.checkout_url if collection.state == CollectionState.OPEN else None


async def _give_up(database: Database, intent: _Intent) -> None:
    async with database.begin() as session:
        collection = await _locked(session, intent)
        if collection.state == CollectionState.INTENDED:
            _move(collection, CollectionEvent.EXPIRE)


def _move(collection: Collection, event: CollectionEvent) -> None:
    state = CollectionState(collection.state)
    collection.state = step("collection", COLLECTION_MOVES, state, event)


async def _still_open(
    database: Database, payments: Payments, intent: _Intent, *, now: datetime
) -> str | None:
    """The kept address if one can still pay there; else settle what the provider says."""
    assert intent.session_id is not None
    state = await payments.checkout_state(intent.session_id)
    if state.state == "open":
        return intent.checkout_url
    async with database.begin() as session:
        await collecting.settle_checkout(session, intent.session_id, state, now=now)
    return None


async def _locked(session: AsyncSession, intent: _Intent) -> Collection:
    """The collection, behind its invoice's lock like everything else that moves one: a payment
    that is being recorded must not overwrite a page that opens in the same moment."""
    await settling.lock_invoice(session, intent.invoice_id)
    found = await session.scalar(
        select(Collection).where(Collection.id == intent.collection_id).with_for_update()
    )
    assert found is not None
    return found
