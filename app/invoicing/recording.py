"""A payment that came in outside the provider, recorded by finance with its evidence."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import FinanceActor
from app.domain.invoicing import (
    COLLECTION_MOVES,
    CollectionEvent,
    CollectionState,
    InvoiceState,
)
from app.domain.lifecycles import step
from app.domain.money import Money
from app.domain.refusals import FieldProblem, InvalidValues
from app.gateways.payments import OutcomeKind, Payments, PaymentsUnavailable
from app.invoicing import collecting, settling
from app.invoicing.refusals import (
    InvoiceAlreadyCollected,
    PaymentCurrencyDiffers,
    PaymentProviderSilent,
    PaymentUnderWay,
)
from app.invoicing.settling import Fact
from app.invoicing.tables import Collection, Invoice
from app.kit.db import Database
from app.kit.ids import new_id
from app.ledger.posting import Entry

ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Receipt:
    """What finance saw: the amount, the day it arrived, and where that can be looked up."""

    amount: Money
    received_on: date
    reference: str


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A live collection through the provider that stands in the way."""

    collection_id: UUID
    session_id: str | None


async def record_payment(
    database: Database,
    payments: Payments,
    actor: FinanceActor,
    invoice_id: UUID,
    *,
    receipt: Receipt,
    now: datetime,
) -> None:
    """Settle the invoice by a payment at the bank, in part or whole. No transaction may be open.

    What is short stays due; what is too much is in the company's wallet. An open payment page is
    closed first, so that nobody pays a second time. The same receipt again changes nothing. Raises
    NotFound, InvoiceAlreadyCollected, PaymentCurrencyDiffers, InvalidValues
    (a day in the future), PaymentUnderWay, PaymentProviderSilent.
    """
    check_day(receipt, now=now)
    closed: UUID | None = None
    for _ in range(ROUNDS):
        async with database.begin() as session:
            page = await record_once(session, actor, invoice_id, receipt, closed=closed, now=now)
        if page is None:
            return
        await close(database, payments, page, now=now)
        closed = page.collection_id
    raise PaymentUnderWay


def check_day(receipt: Receipt, *, now: datetime) -> None:
    """Raises InvalidValues for a day to come."""
    if receipt.received_on > now.date():
        raise InvalidValues(errors=[_FUTURE])


_FUTURE = FieldProblem(
    "#/received_on",
    "day_in_the_future",
    "Money cannot have arrived on a day to come. Send the day it arrived.",
    "Geld kann nicht an einem künftigen Tag eingegangen sein. Senden Sie den Tag des Eingangs.",
)


async def record_once(
    session: AsyncSession,
    actor: FinanceActor,
    invoice_id: UUID,
    receipt: Receipt,
    *,
    closed: UUID | None,
    now: datetime,
    from_account: str = chart.BANK,
) -> OpenPage | None:
    """Record the payment; or, with nothing written, the page that must be closed before.

    `from_account`: where the money is in the books. Raises what `record_payment` raises.
    """
    invoice = await settling.lock_invoice(session, invoice_id)
    if await is_recorded(session, invoice_id, receipt):
        return None
    if invoice.state == InvoiceState.COLLECTED:
        raise InvoiceAlreadyCollected
    if receipt.amount.currency != invoice.currency:
        raise PaymentCurrencyDiffers(currency=invoice.currency)
    live = await settling.live_collection(session, invoice.id)
    if live is not None:
        if live.kind == "charge":
            # It may have been made already, and a bank may take days to decide.
            raise PaymentUnderWay
        if live.state == CollectionState.OPEN and live.id != closed:
            return OpenPage(live.id, live.provider_session_id)
        # Nobody was sent to the page of a mere intent, and whoever is opening it right now will
        # find it expired and send nobody.
        live.state = step(
            "collection", COLLECTION_MOVES, CollectionState(live.state), CollectionEvent.EXPIRE
        )
        await session.flush()
    await _collect(session, actor, invoice, receipt, from_account=from_account, now=now)
    return None


async def _collect(
    session: AsyncSession,
    actor: FinanceActor,
    invoice: Invoice,
    receipt: Receipt,
    *,
    from_account: str,
    now: datetime,
) -> None:
    collection = Collection(
        id=new_id(),
        company_id=invoice.company_id,
        invoice_id=invoice.id,
        kind="recorded",
        state=CollectionState.PAID,
        amount_minor=receipt.amount.minor,
        currency=receipt.amount.currency,
        evidence=receipt.reference,
        received_on=receipt.received_on,
        recorded_by_user_id=actor.user_id,
        intended_at=now,
        looked_at=now,
        paid_at=now,
    )
    session.add(collection)
    await session.flush()
    await settling.arrive(
        session,
        settling.place_of(invoice),
        Fact(
            source="bank",
            key=f"collected:{collection.id}",
            kind="payment",
            about_id=collection.id,
            collection_id=collection.id,
            description=f"Payment of invoice {invoice.number}",
            effective_at=now,
        ),
        receipt.amount.minor,
        entries=[Entry(from_account, invoice.currency, receipt.amount.minor)],
        now=now,
    )


async def is_recorded(session: AsyncSession, invoice_id: UUID, receipt: Receipt) -> bool:
    """Whether this very payment was recorded before: its answer was lost on the way."""
    found = await session.scalar(
        select(Collection.id).where(
            Collection.invoice_id == invoice_id,
            Collection.kind == "recorded",
            Collection.amount_minor == receipt.amount.minor,
            Collection.currency == receipt.amount.currency,
            Collection.received_on == receipt.received_on,
            Collection.evidence == receipt.reference,
        )
    )
    return found is not None


async def close(database: Database, payments: Payments, page: OpenPage, *, now: datetime) -> None:
    """See to it that nobody can pay there any more, or find out that somebody has."""
    session_id = page.session_id or ""
    outcome = await payments.expire_checkout(session_id)
    if outcome.kind is OutcomeKind.SETTLED:
        return
    try:
        state = await payments.checkout_state(session_id)
    except PaymentsUnavailable:
        raise PaymentProviderSilent(retry_after_s=5) from None
    async with database.begin() as session:
        await collecting.settle_checkout(session, session_id, state, now=now)
    if state.state == "open" and outcome.kind is OutcomeKind.DECLINED:
        raise PaymentUnderWay
    if state.state == "open":
        raise PaymentProviderSilent(retry_after_s=5)
