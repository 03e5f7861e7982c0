"""Why a line of an invoice is what it is, as the company reads it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.client.views import invoices
from app.api.client.views.invoices import ClientInvoiceLine, ClientTaxGroup
from app.api.traces import ExplainedEntryView
from app.api.words import MoneySeen, Seen
from app.domain import tracing
from app.domain.adjustments import FLAT
from app.domain.minutes import Told
from app.invoicing.explaining import ExplainedInvoiceLine


class ClientLineExplanation(Seen):
    """A line from each entry's seconds to its amount, and the tax on it.

    `earlier_…` is what earlier lines of the same week and rate hold: the sum of the week is rounded
    once, and this line is the rest. A sum of money has no seconds, but a `reason`.
    """

    invoice_id: UUID
    number: str
    line: ClientInvoiceLine
    timesheet_id: UUID
    approved_at: datetime
    approved_by: str = Field(examples=["company", "operations", "clock"])
    reason: str | None
    reason_code: str | None
    bill_rate_from: datetime | None = Field(description="Since when this rate was agreed.")
    worked_seconds: int
    earlier_seconds: int
    earlier_minutes: int
    earlier_billed: MoneySeen
    text: str
    tax_group: ClientTaxGroup
    tax_text: str
    entries: list[ExplainedEntryView]


def explanation(facts: ExplainedInvoiceLine, language: str) -> ClientLineExplanation:
    traced, row = facts.traced, facts.traced.row
    told = (
        tracing.told_bill_sum(row.type)
        if row.type in FLAT
        else tracing.told_line(row.type, row.priced, traced.earlier, row.rate_minor, row.currency)
    )
    return ClientLineExplanation(
        invoice_id=facts.invoice.id,
        number=facts.invoice.number,
        line=invoices.line_view(facts.line),
        timesheet_id=traced.approval.timesheet_id,
        approved_at=traced.approval.approved_at,
        approved_by=traced.approval.by,
        reason=traced.reason,
        reason_code=traced.reason_code,
        bill_rate_from=traced.rate_from_at,
        worked_seconds=row.priced.seconds,
        earlier_seconds=traced.earlier.seconds,
        earlier_minutes=traced.earlier.minutes,
        earlier_billed=MoneySeen(minor=traced.earlier.minor, currency=row.currency),
        text=told.sentence(language),
        tax_group=invoices.tax_group_view(facts.tax),
        tax_text=_told_tax(facts).sentence(language),
        entries=[ExplainedEntryView.of(entry) for entry in traced.entries],
    )


def _told_tax(facts: ExplainedInvoiceLine) -> Told:
    bps = facts.tax.rate_bps
    percent = f"{bps // 100}.{bps % 100:02d}"
    together = facts.taxed_together
    return Told(
        f"{percent} % on the sum of the {together} line(s) of this tax category and rate, rounded"
        " once for all of them.",
        f"{percent.replace('.', ',')} % auf die Summe der {together} Zeile(n) dieser Steuerart und"
        " dieses Satzes, einmal für alle gerundet.",
    )
