"""Where an invoice's money goes when it comes in or is taken back, whichever way.

Approved time that was funded once stays funded: that a company's payment was taken back is our
risk and never a trainer's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, returning
from app.domain.invoicing import INVOICE_MOVES, InvoiceEvent, InvoiceState
from app.domain.lifecycles import step
from app.domain.refusals import NotFound
from app.domain.returning import TakenBack
from app.invoicing import announcing, carrying, written_off
from app.invoicing.money_tables import CreditMove, InvoiceSettlement
from app.invoicing.tables import Collection, Invoice, InvoiceLine
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.timesheets import budgets, funding, lending
from app.timesheets.bill_lines import BillLine

LIVE = ("intended", "open")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose money it is, and the locked invoice that it is for; None: it is for the wallet."""

    company_id: UUID
    currency: str
    invoice: Invoice | None

    @property
    def label(self) -> str:
        return f"invoice {self.invoice.number}" if self.invoice else "a wallet"


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, once: (source, key) names it in the books, (kind, about_id) among our rows.
    `collection_id` is the payment that it is a part of."""

    source: str
    key: str
    kind: str
    about_id: UUID
    collection_id: UUID | None
    description: str
    effective_at: datetime


async def lock_invoice(
    session: AsyncSession, invoice_id: UUID, *, company_id: UUID | None = None
) -> Invoice:
    """The invoice, locked: every way of moving its money starts here. Raises NotFound."""
    statement = select(Invoice).where(Invoice.id == invoice_id)
    if company_id is not None:
        statement = statement.where(Invoice.company_id == company_id)
    found = await session.scalar(
        statement.with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def place_of(invoice: Invoice) -> Place:
    return Place(invoice.company_id, invoice.currency, invoice)


async def lock_payment(session: AsyncSession, payment_id: UUID) -> tuple[Collection, Place]:
    """A payment, locked behind its invoice if it has one."""
    payment = await session.get_one(Collection, payment_id)
    place = Place(payment.company_id, payment.currency, None)
    if payment.invoice_id is not None:
        place = place_of(await lock_invoice(session, payment.invoice_id))
    await session.refresh(payment, with_for_update=True)
    return payment, place


async def live_collection(session: AsyncSession, invoice_id: UUID) -> Collection | None:
    """The one collection of a locked invoice through which money may still come."""
    return await session.scalar(
        select(Collection)
        .where(Collection.invoice_id == invoice_id, Collection.state.in_(LIVE))
        .execution_options(populate_existing=True)
    )


def due_minor(invoice: Invoice) -> int:
    """What is still to be paid of it."""
    return invoice.gross_minor - invoice.settled_minor


async def on_invoice_minor(session: AsyncSession, collection_id: UUID) -> int:
    """What of a payment still settles its invoice: taken back is what was taken back since."""
    found = await session.scalar(
        select(func.coalesce(func.sum(InvoiceSettlement.amount_minor), 0)).where(
            InvoiceSettlement.collection_id == collection_id
        )
    )
    return int(found or 0)


async def arrive(
    session: AsyncSession,
    place: Place,
    fact: Fact,
    amount_minor: int,
    *,
    entries: Sequence[Entry],
    now: datetime,
) -> None:
    """Money came in: a locked invoice takes what is due of it, the rest is in the wallet.

    `entries` say where the money is; they come to `amount_minor`. A whole invoice is collected:
    its approvals are funded and the company's credit limit is free of it.
    """
    due = due_minor(place.invoice) if place.invoice else 0
    shares = returning.arrival(amount_minor, due_minor=due)
    both = (shares.on_invoice_minor, shares.in_credit_minor)
    await _write(session, place, fact, both, entries=entries, now=now)


async def take_back(
    session: AsyncSession,
    place: Place,
    fact: Fact,
    parts: TakenBack,
    *,
    entries: Sequence[Entry],
    now: datetime,
) -> None:
    """Money of a payment is taken back; `entries` say where it goes, and what
    comes out of our own pocket. Raises LedgerOverdrawn when the wallet lacks it."""
    both = (-parts.from_invoice_minor, -parts.from_credit_minor)
    await _write(session, place, fact, both, entries=entries, now=now)


async def _write(
    session: AsyncSession,
    place: Place,
    fact: Fact,
    both: tuple[int, int],
    *,
    entries: Sequence[Entry],
    now: datetime,
) -> None:
    """`both`: what the invoice and what the wallet get (negative: lose)."""
    on_invoice, in_credit = both
    invoice, currency = place.invoice, place.currency
    if in_credit:
        # Before the wallet, as everywhere: what it holds bounds the time that may be logged.
        await lending.hold(session, place.company_id)
    rows = {
        "kind": fact.kind,
        "about_id": fact.about_id,
        "collection_id": fact.collection_id,
        "currency": currency,
        "at": now,
    }
    if on_invoice and invoice is not None:
        session.add(
            InvoiceSettlement(id=new_id(), invoice_id=invoice.id, amount_minor=on_invoice, **rows)
        )
        invoice.settled_minor += on_invoice
        if invoice.state == InvoiceState.UNCOLLECTIBLE:
            # Nothing more was expected: what comes in all the same is recovered.
            entries = [
                *entries,
                *written_off.move(
                    session, invoice, -on_invoice,
                    kind="recovered" if on_invoice > 0 else "taken_back",
                    about_id=fact.about_id, at=now,
                ),
            ]  # fmt: skip
    if in_credit:
        session.add(
            CreditMove(id=new_id(), company_id=place.company_id, amount_minor=in_credit, **rows)
        )
    if invoice is None:
        await session.flush()
    elif await _step(session, invoice, now=now) is InvoiceEvent.REOPEN:
        await announcing.open_again(session, invoice, fact.about_id, now=now)
    await posting.post(
        session,
        source=fact.source,
        key=fact.key,
        description=fact.description,
        effective_at=fact.effective_at,
        now=now,
        entries=[
            *entries,
            Entry(chart.receivable(place.company_id), currency, -on_invoice),
            Entry(chart.prepaid(place.company_id), currency, -in_credit),
        ],
    )
    if in_credit:
        await carrying.follow(session, place.company_id, now=now)


async def _step(session: AsyncSession, invoice: Invoice, *, now: datetime) -> InvoiceEvent | None:
    """Collected is what is settled whole; the company's credit limit follows."""
    state, is_whole = InvoiceState(invoice.state), due_minor(invoice) == 0
    if is_whole and state in (InvoiceState.ISSUED, InvoiceState.UNCOLLECTIBLE):
        event, invoice.collected_at = InvoiceEvent.COLLECT, now
    elif not is_whole and state is InvoiceState.COLLECTED:
        event, invoice.collected_at = InvoiceEvent.REOPEN, None
    else:
        await session.flush()
        return None
    invoice.state = step("invoice", INVOICE_MOVES, state, event)
    await session.flush()
    lines = await session.execute(
        select(BillLine.id, BillLine.approval_id)
        .join(InvoiceLine, InvoiceLine.bill_line_id == BillLine.id)
        .where(InvoiceLine.invoice_id == invoice.id)
        .order_by(BillLine.id)
    )
    pairs = lines.all()
    ids = [pair.id for pair in pairs]
    if is_whole:
        # The company's counter before its approvals, as where something is taken back.
        await budgets.release_credit(session, invoice.company_id, ids, now=now)
        await funding.mark_funded(session, sorted({pair.approval_id for pair in pairs}), at=now)
    else:
        await lending.take_credit_again(session, invoice.company_id, ids)
    return event
