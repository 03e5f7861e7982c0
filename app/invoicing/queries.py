"""Reads of invoices. A company's reads carry its id; finance reads all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, FinanceActor
from app.domain.adjustments import LineType
from app.domain.invoicing import InvoiceState
from app.domain.permissions import Permission, require
from app.domain.refusals import NotFound
from app.invoicing.tables import Collection, Invoice, InvoiceLine, InvoiceTaxGroup
from app.kit.paging import Cut, Page, cut, paged

PaymentKind = Literal["checkout", "charge", "recorded"]


@dataclass(frozen=True, slots=True)
class InvoiceSummary:
    """An invoice without its lines. Amounts are minor units of `currency`."""

    id: UUID
    run_id: UUID
    company_id: UUID
    buyer_name: str
    number: str
    state: InvoiceState
    currency: str
    net_minor: int
    tax_minor: int
    gross_minor: int
    settled_minor: int
    written_off_minor: int
    service_from_on: date
    service_to_on: date
    issued_at: datetime
    issued_on: date
    due_on: date
    collected_at: datetime | None

    @property
    def due_minor(self) -> int:
        """What is still to be paid."""
        return self.gross_minor - self.settled_minor

    def overdue(self, today: date) -> bool:
        """Not paid, and the due day has passed."""
        return self.state is not InvoiceState.COLLECTED and self.due_on < today

    @property
    def owed_state(self) -> InvoiceState:
        """As its buyer knows it: that we expect no more is between us and our books."""
        return InvoiceState.COLLECTED if self.due_minor == 0 else InvoiceState.ISSUED


@dataclass(frozen=True, slots=True)
class InvoiceLineFacts:
    """One pinned line; both week dates are included. Sums of money have no minutes and no rate."""

    place: int
    position_title: str
    trainer_label: str
    purchase_order: str | None
    week_from_on: date
    week_to_on: date
    minutes: int
    bill_rate_minor: int
    net_minor: int
    currency: str
    tax_category: str
    tax_rate_bps: int
    type: LineType


@dataclass(frozen=True, slots=True)
class TaxGroupFacts:
    category: str
    rate_bps: int
    net_minor: int
    tax_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """How the money came in: through a payment page, of a saved means of payment, or recorded by
    finance."""

    kind: PaymentKind
    paid_at: datetime
    amount_minor: int
    currency: str
    stripe_fee_minor: int | None
    available_at: datetime | None
    cleared_at: datetime | None
    reference: str | None
    received_on: date | None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """A whole invoice; issuer and buyer as they were pinned at issue."""

    summary: InvoiceSummary
    language: str
    issuer: dict[str, Any]
    buyer: dict[str, Any]
    lines: Sequence[InvoiceLineFacts]
    tax_groups: Sequence[TaxGroupFacts]


_SUMMARY = (
    Invoice.id,
    Invoice.run_id,
    Invoice.company_id,
    Invoice.buyer["legal_name"].astext.label("buyer_name"),
    Invoice.number,
    Invoice.state,
    Invoice.currency,
    Invoice.net_minor,
    Invoice.tax_minor,
    Invoice.gross_minor,
    Invoice.settled_minor,
    Invoice.written_off_minor,
    Invoice.service_from_on,
    Invoice.service_to_on,
    Invoice.issued_at,
    Invoice.issued_on,
    Invoice.due_on,
    Invoice.collected_at,
)
_LINE = (
    InvoiceLine.place,
    InvoiceLine.position_title,
    InvoiceLine.trainer_label,
    InvoiceLine.purchase_order,
    InvoiceLine.week_from_on,
    InvoiceLine.week_to_on,
    InvoiceLine.minutes,
    InvoiceLine.bill_rate_minor,
    InvoiceLine.net_minor,
    InvoiceLine.currency,
    InvoiceLine.tax_category,
    InvoiceLine.tax_rate_bps,
    InvoiceLine.type,
)


async def list_of_company(
    session: AsyncSession, actor: ClientActor, page: Cut, *, state: InvoiceState | None = None
) -> Page[InvoiceSummary]:
    """The company's invoices, newest first; what was written off is issued to it. Raises
    NotAllowed."""
    require(actor, Permission.READ_INVOICES)
    statement = select(*_SUMMARY).where(Invoice.company_id == actor.company_id)
    if state is InvoiceState.ISSUED:
        statement = statement.where(Invoice.state != InvoiceState.COLLECTED)
        state = None
    return await _page(session, statement, page, state)


async def list_all(
    session: AsyncSession,
    actor: FinanceActor,
    page: Cut,
    *,
    company_id: UUID | None = None,
    state: InvoiceState | None = None,
) -> Page[InvoiceSummary]:
    """Invoices of all companies or of one, newest first."""
    del actor  # the type is the permission
    statement = select(*_SUMMARY)
    if company_id is not None:
        statement = statement.where(Invoice.company_id == company_id)
    return await _page(session, statement, page, state)


async def of_company(session: AsyncSession, actor: ClientActor, invoice_id: UUID) -> InvoiceFacts:
    """The company's own invoice. Raises NotAllowed, NotFound."""
    require(actor, Permission.READ_INVOICES)
    statement = select(Invoice).where(
        Invoice.id == invoice_id, Invoice.company_id == actor.company_id
    )
    return await _facts(session, statement)


async def any_invoice(session: AsyncSession, actor: FinanceActor, invoice_id: UUID) -> InvoiceFacts:
    """Any company's invoice. Raises NotFound."""
    del actor  # the type is the permission
    return await get_invoice(session, invoice_id)


async def payment_of(
    session: AsyncSession, actor: FinanceActor, invoice_id: UUID
) -> PaymentFacts | None:
    """How the invoice was paid, with the provider's fee; None while it is open. Finance only."""
    del actor  # the type is the permission
    paid = await session.scalar(
        select(Collection)
        .where(Collection.invoice_id == invoice_id, Collection.state == "paid")
        .order_by(Collection.paid_at.desc(), Collection.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if paid is None or paid.paid_at is None:
        return None
    return PaymentFacts(
        kind=cast(PaymentKind, paid.kind),
        paid_at=paid.paid_at,
        amount_minor=paid.amount_minor,
        currency=paid.currency,
        stripe_fee_minor=paid.stripe_fee_minor,
        available_at=paid.available_at,
        cleared_at=paid.cleared_at,
        reference=paid.evidence,
        received_on=paid.received_on,
    )


async def get_invoice(session: AsyncSession, invoice_id: UUID) -> InvoiceFacts:
    """For jobs, which act for nobody. Raises NotFound."""
    return await _facts(session, select(Invoice).where(Invoice.id == invoice_id))


async def summaries(session: AsyncSession, invoice_ids: Sequence[UUID]) -> list[InvoiceSummary]:
    """Of these invoices, by number."""
    rows = await session.execute(
        select(*_SUMMARY)
        .where(Invoice.id.in_(invoice_ids))
        .order_by(Invoice.series, Invoice.year, Invoice.sequence)
    )
    return [_summary(row) for row in rows]


async def _page(
    session: AsyncSession, statement: Select[Any], page: Cut, state: InvoiceState | None
) -> Page[InvoiceSummary]:
    if state is not None:
        statement = statement.where(Invoice.state == state)
    rows = await session.execute(cut(statement, Invoice.issued_at, Invoice.id, page))
    found = [_summary(row) for row in rows]
    return paged(found, page, lambda summary: (summary.issued_at, summary.id))


async def _facts(session: AsyncSession, statement: Select[Any]) -> InvoiceFacts:
    row: Invoice | None = await session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    (summary,) = await summaries(session, [row.id])
    lines = await session.execute(
        select(*_LINE).where(InvoiceLine.invoice_id == row.id).order_by(InvoiceLine.place)
    )
    groups = await session.execute(
        select(
            InvoiceTaxGroup.category,
            InvoiceTaxGroup.rate_bps,
            InvoiceTaxGroup.net_minor,
            InvoiceTaxGroup.tax_minor,
            InvoiceTaxGroup.currency,
        )
        .where(InvoiceTaxGroup.invoice_id == row.id)
        .order_by(InvoiceTaxGroup.rate_bps.desc(), InvoiceTaxGroup.category)
    )
    return InvoiceFacts(
        summary=summary,
        language=row.language,
        issuer=row.issuer,
        buyer=row.buyer,
        lines=[
            InvoiceLineFacts(**{**line._mapping, "type": LineType(line.type)}) for line in lines
        ],
        tax_groups=[TaxGroupFacts(**group._mapping) for group in groups],
    )


def _summary(row: Any) -> InvoiceSummary:
    return InvoiceSummary(**{**row._mapping, "state": InvoiceState(row.state)})
