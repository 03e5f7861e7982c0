"""Charging a due invoice of a saved means of payment, by the clock: intent, call, outcome.

The collection's id is the provider's idempotency key. An invoice is charged once of each means of
payment, whatever came of it: what was refused or taken back is asked for on a page, by a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.invoicing import COLLECTION_MOVES, CollectionEvent, CollectionState, InvoiceState
from app.domain.lifecycles import step
from app.domain.mandates import ASK_AGAIN_FOR, MethodState
from app.gateways.mandates import ChargeOrder, ChargeState, Mandates
from app.gateways.payments import OutcomeKind, Payments
from app.invoicing import announcing, collecting, methods, recording, settling
from app.invoicing.collecting import StrayMoney
from app.invoicing.mandate_tables import PaymentMethod
from app.invoicing.recording import OpenPage
from app.invoicing.refusals import PaymentUnderWay
from app.invoicing.settling import Place
from app.invoicing.tables import Collection, Invoice
from app.kit.db import Database
from app.kit.ids import new_id

LOOK_EVERY = timedelta(minutes=10)
_AT_ONCE = 50
_ROUNDS = 4
CHARGE = "charge"
_LOST = "outcome_unknown"


@dataclass(frozen=True, slots=True)
class _Intent:
    order: ChargeOrder
    intent_id: str | None
    is_new: bool
    intended_at: datetime


async def due(session: AsyncSession, *, now: datetime) -> list[UUID]:
    """Invoices to charge, or whose charge nobody has asked about for a while; at most 100."""
    newer, tried = aliased(PaymentMethod), aliased(Collection)
    is_superseded = (
        select(newer.id)
        .where(
            newer.company_id == PaymentMethod.company_id,
            newer.state == MethodState.ACTIVE,
            or_(
                newer.saved_at > PaymentMethod.saved_at,
                (newer.saved_at == PaymentMethod.saved_at) & (newer.id > PaymentMethod.id),
            ),
        )
        .exists()
    )
    was_tried = (
        select(tried.id)
        .where(tried.invoice_id == Invoice.id, tried.payment_method_id == PaymentMethod.id)
        .exists()
    )
    to_charge = await session.scalars(
        select(Invoice.id)
        .join(PaymentMethod, PaymentMethod.company_id == Invoice.company_id)
        .where(
            Invoice.state == InvoiceState.ISSUED,
            Invoice.due_on <= now.date(),
            PaymentMethod.state == MethodState.ACTIVE,
            ~is_superseded,
            ~was_tried,
        )
        .order_by(Invoice.due_on, Invoice.id)
        .limit(_AT_ONCE)
    )
    found = list(to_charge)
    under_way = await session.scalars(
        select(Collection.invoice_id)
        .where(
            Collection.kind == CHARGE,
            Collection.state.in_(settling.LIVE),
            Collection.looked_at <= now - LOOK_EVERY,
        )
        .order_by(Collection.looked_at)
        .limit(_AT_ONCE)
    )
    return found + [each for each in under_way if each is not None and each not in found]


async def charge(
    database: Database, payments: Payments, mandates: Mandates, invoice_id: UUID, *, now: datetime
) -> str:
    """Charge a due invoice, or clear up its charge; a word for what was done. No transaction open.

    An open payment page is closed first, so that nobody pays a second time. Raises PaymentUnderWay
    (somebody is paying on it), PaymentProviderSilent, PaymentsUnavailable, StrayMoney.
    """
    closed: UUID | None = None
    for _ in range(_ROUNDS):
        async with database.begin() as session:
            found = await _intend(session, invoice_id, closed=closed, now=now)
        if found is None:
            return "nothing"
        if isinstance(found, OpenPage):
            await recording.close(database, payments, found, now=now)
            closed = found.collection_id
            continue
        return await _make(database, mandates, found, now=now)
    raise PaymentUnderWay


async def _intend(
    session: AsyncSession, invoice_id: UUID, *, closed: UUID | None, now: datetime
) -> _Intent | OpenPage | None:
    """The charge that is under way, or a new one, under the invoice's lock; or, with nothing
    written, the page that must be closed before."""
    invoice = await settling.lock_invoice(session, invoice_id)
    live = await settling.live_collection(session, invoice.id)
    if live is not None and live.kind == CHARGE:
        # Cleared up also when the invoice was given up meanwhile.
        return await _resume(session, invoice, live, now=now)
    if invoice.state != InvoiceState.ISSUED:
        return None
    known = await methods.newest_active(session, invoice.company_id)
    if known is None or invoice.due_on > now.date():
        return None
    if await _was_tried(session, invoice.id, known.id):
        return None
    if live is not None and live.state == CollectionState.OPEN and live.id != closed:
        return OpenPage(live.id, live.provider_session_id)
    return await _begin(session, invoice, live, known, now=now)


async def _resume(
    session: AsyncSession, invoice: Invoice, live: Collection, *, now: datetime
) -> _Intent | None:
    """What somebody is at right now is left alone; who died in the middle is taken over from."""
    if live.looked_at > now - LOOK_EVERY:
        return None
    live.looked_at = now
    method = await session.get_one(PaymentMethod, live.payment_method_id)
    return _of(invoice, live, methods.chargeable(method), is_new=False)


async def _begin(
    session: AsyncSession,
    invoice: Invoice,
    live: Collection | None,
    known: methods.Chargeable,
    *,
    now: datetime,
) -> _Intent:
    if live is not None:
        # Nobody was sent to the page of a mere intent, and whoever is opening it right now will
        # find it expired and send nobody.
        _move(live, CollectionEvent.EXPIRE)
        await session.flush()
    row = Collection(
        id=new_id(),
        company_id=invoice.company_id,
        invoice_id=invoice.id,
        kind=CHARGE,
        state=CollectionState.INTENDED,
        amount_minor=settling.due_minor(invoice),
        currency=invoice.currency,
        payment_method_id=known.id,
        intended_at=now,
        looked_at=now,
    )
    session.add(row)
    await session.flush()
    return _of(invoice, row, known, is_new=True)


async def _was_tried(session: AsyncSession, invoice_id: UUID, method_id: UUID) -> bool:
    found = await session.scalar(
        select(Collection.id).where(
            Collection.invoice_id == invoice_id, Collection.payment_method_id == method_id
        )
    )
    return found is not None


def _of(invoice: Invoice, row: Collection, known: methods.Chargeable, *, is_new: bool) -> _Intent:
    order = ChargeOrder(
        row.id,
        known.customer,
        known.method,
        row.amount_minor,
        row.currency,
        f"Invoice {invoice.number}",
    )
    return _Intent(order, row.provider_intent_id, is_new, row.intended_at)


async def _make(database: Database, mandates: Mandates, intent: _Intent, *, now: datetime) -> str:
    """Charge, or look what became of a charge before it is sent again under the same key."""
    intent_id, order = intent.intent_id, intent.order
    if intent_id is None and not intent.is_new:
        intent_id = await mandates.find_charge(order)
    if intent_id is None and now - intent.intended_at > ASK_AGAIN_FOR:
        # The provider may have forgotten the key, so that the same request would be a new charge.
        return await _end(database, order, _LOST, now=now)
    if intent_id is None:
        outcome = await mandates.charge(order)
        if outcome.kind is OutcomeKind.UNKNOWN:
            return "unknown"
        if outcome.kind is OutcomeKind.DECLINED or outcome.provider_id is None:
            return await _refused(database, mandates, order, outcome.code, now=now)
        intent_id = outcome.provider_id
    state = await look(mandates, intent_id)
    async with database.begin() as session:
        return await take(session, state, now=now)


async def _refused(
    database: Database, mandates: Mandates, order: ChargeOrder, code: str | None, *, now: datetime
) -> str:
    """What a bank refuses leaves an intent that waits for another means of payment: it is called
    off, so that nobody can complete it."""
    left = await mandates.find_charge(order)
    if left is not None:
        await mandates.call_off(left)
    return await _end(database, order, code or "declined", now=now)


async def _end(database: Database, order: ChargeOrder, code: str, *, now: datetime) -> str:
    async with database.begin() as session:
        row, place = await settling.lock_payment(session, order.collection_id)
        return await _fail(session, row, place, code, now=now)


async def look(mandates: Mandates, intent_id: str) -> ChargeState:
    """Ask about a charge; one that has failed is called off. Raises PaymentsUnavailable."""
    state = await mandates.charge_state(intent_id)
    if state.state == "failed" and state.collection_id is not None:
        await mandates.call_off(intent_id)
    return state


async def take(session: AsyncSession, state: ChargeState, *, now: datetime) -> str:
    """Bring our books to what the provider said about a charge; a word for what was done.

    Safe to repeat and in any order. Raises StrayMoney.
    """
    found = await session.scalar(
        select(Collection).where(
            or_(
                Collection.provider_intent_id == state.intent_id,
                Collection.id == state.collection_id,
            )
        )
    )
    if found is None or found.kind != CHARGE:
        return "ignored"
    row, place = await settling.lock_payment(session, found.id)
    if row.provider_intent_id not in (None, state.intent_id):
        raise StrayMoney(state.intent_id)
    row.provider_intent_id, row.looked_at = state.intent_id, now
    if state.state == "paid" and state.money is not None:
        return await collecting.book(session, place, row, state.money, now=now)
    if state.state == "failed":
        return await _fail(session, row, place, state.code or "failed", now=now)
    if row.state == CollectionState.INTENDED:
        _move(row, CollectionEvent.OPENED)
    return "under_way"


async def _fail(
    session: AsyncSession, row: Collection, place: Place, code: str, *, now: datetime
) -> str:
    """The invoice is to be paid on a page again, and the company is told so."""
    if row.state not in settling.LIVE:
        return "unchanged"
    _move(row, CollectionEvent.EXPIRE)
    row.outcome_code, row.looked_at = code, now
    await session.flush()
    if place.invoice is not None and settling.due_minor(place.invoice) > 0:
        await announcing.charge_failed(session, place.invoice, row.id, now=now)
    return "failed"


def _move(collection: Collection, event: CollectionEvent) -> None:
    state = CollectionState(collection.state)
    collection.state = step("collection", COLLECTION_MOVES, state, event)
