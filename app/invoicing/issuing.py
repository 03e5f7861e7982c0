"""Issuing one invoice: number, rows, posting, the order to print it – one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.queries import BillingFacts
from app.domain import chart, invoice_maths, invoicing
from app.domain.errands import Errand
from app.domain.invoice_maths import InvoiceTotals, TaxableLine, TaxTerms
from app.domain.invoicing import InvoiceState
from app.invoicing import numbering
from app.invoicing.issuers import Issuer
from app.invoicing.open_lines import OpenLine
from app.invoicing.tables import Invoice, InvoiceLine, InvoiceTaxGroup
from app.kit import queue
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry


@dataclass(frozen=True, slots=True)
class Draft:
    """One invoice before it has a number: lines of one company in one currency."""

    company_id: UUID
    currency: str
    lines: Sequence[OpenLine]
    billing: BillingFacts
    net_days: int

    @property
    def net_minor(self) -> int:
        return sum(line.net_minor for line in self.lines)


async def issue(
    session: AsyncSession, draft: Draft, *, run_id: UUID, issuer: Issuer, now: datetime
) -> UUID:
    """Write the invoice and its posting; its id. Holds the number's row until the commit."""
    terms = invoice_maths.tax_terms(
        issuer_country=issuer.address.country,
        company_country=draft.billing.address.country,
        company_vat_id=draft.billing.vat_id,
    )
    totals = invoice_maths.invoice_totals(
        TaxableLine(terms, line.net_minor) for line in draft.lines
    )
    invoice = _invoice(draft, totals, run_id=run_id, issuer=issuer, now=now)
    invoice.sequence = await numbering.next_sequence(session, invoice.series, invoice.year)
    invoice.number = invoicing.invoice_number(invoice.series, invoice.year, invoice.sequence)
    session.add(invoice)
    await session.flush()
    session.add_all(_lines(invoice.id, draft, terms))
    session.add_all(_tax_groups(invoice, totals))
    await session.flush()
    await _post(session, invoice, vat_country=issuer.address.country, now=now)
    await queue.enqueue(
        session,
        Errand.RENDER_INVOICE,
        {"invoice_id": str(invoice.id)},
        dedupe_key=f"render-{invoice.id}",
    )
    return invoice.id


def _invoice(
    draft: Draft, totals: InvoiceTotals, *, run_id: UUID, issuer: Issuer, now: datetime
) -> Invoice:
    issued_on = now.date()
    billing = draft.billing
    return Invoice(
        id=new_id(),
        run_id=run_id,
        company_id=draft.company_id,
        series=invoicing.SERIES,
        year=issued_on.year,
        language=invoicing.language_for(billing.address.country),
        state=InvoiceState.ISSUED,
        currency=draft.currency,
        net_minor=totals.net_minor,
        tax_minor=totals.tax_minor,
        gross_minor=totals.gross_minor,
        issuer=asdict(issuer),
        buyer={
            "legal_name": billing.legal_name,
            "address": asdict(billing.address),
            "vat_id": billing.vat_id,
            "buyer_reference": billing.buyer_reference,
            "cost_centre": billing.cost_centre,
        },
        service_from_on=min(line.week_from_on for line in draft.lines),
        service_to_on=max(line.week_to_on for line in draft.lines),
        issued_at=now,
        issued_on=issued_on,
        due_on=invoicing.due_on(issued_on, draft.net_days),
    )


def _lines(invoice_id: UUID, draft: Draft, terms: TaxTerms) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            id=new_id(),
            invoice_id=invoice_id,
            place=place,
            tax_category=terms.treatment.category,
            tax_rate_bps=terms.tax_rate_bps,
            **asdict(line),
        )
        for place, line in enumerate(draft.lines, 1)
    ]


def _tax_groups(invoice: Invoice, totals: InvoiceTotals) -> list[InvoiceTaxGroup]:
    return [
        InvoiceTaxGroup(
            invoice_id=invoice.id,
            category=group.terms.treatment.category,
            rate_bps=group.terms.tax_rate_bps,
            net_minor=group.net_minor,
            tax_minor=group.tax_minor,
            currency=invoice.currency,
        )
        for group in totals.groups
    ]


async def _post(
    session: AsyncSession, invoice: Invoice, *, vat_country: str, now: datetime
) -> None:
    currency = invoice.currency
    await posting.post(
        session,
        source="invoice",
        key=str(invoice.id),
        description=f"Invoice {invoice.number}",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.receivable(invoice.company_id), currency, invoice.gross_minor),
            Entry(chart.unbilled(invoice.company_id), currency, -invoice.net_minor),
            Entry(chart.vat(vat_country), currency, -invoice.tax_minor),
        ],
    )
