"""What a company can see of its invoices: what was billed, and where it can pay."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict

from app.api.words import MoneySeen, Seen
from app.domain.adjustments import LineType
from app.invoicing.paying import PaymentPage
from app.invoicing.queries import InvoiceFacts, InvoiceLineFacts, InvoiceSummary, TaxGroupFacts

_SUMMARY_EXAMPLE: dict[str, Any] = {
    "id": "0190aaaa-0000-7000-8000-000000000010",
    "number": "RE-2026-00001",
    "state": "issued",
    "overdue": False,
    "net": {"minor": 100000, "currency": "EUR"},
    "tax": {"minor": 19000, "currency": "EUR"},
    "gross": {"minor": 119000, "currency": "EUR"},
    "due": {"minor": 119000, "currency": "EUR"},
    "service_from": "2026-11-16",
    "service_to": "2026-11-22",
    "issued_on": "2026-11-30",
    "due_on": "2026-12-14",
    "collected_at": None,
}


class ClientInvoiceSummary(Seen):
    """An invoice without its lines. `overdue`: not paid, and the due day has passed.
    `due`: what is still to be paid."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY_EXAMPLE]})

    id: UUID
    number: str
    state: Literal["issued", "collected"]
    overdue: bool
    net: MoneySeen
    tax: MoneySeen
    gross: MoneySeen
    due: MoneySeen
    service_from: date
    service_to: date
    issued_on: date
    due_on: date
    collected_at: datetime | None


class ClientInvoiceLine(Seen):
    """Time of one trainer in one week at one bill rate (per hour); both week dates included.
    A bonus or another sum of money (see `type`) has no minutes and no rate."""

    place: int
    type: LineType
    position_title: str
    trainer: str
    purchase_order: str | None
    week_from: date
    week_to: date
    billed_minutes: int
    bill_rate: MoneySeen
    billed: MoneySeen
    tax_category: str
    tax_rate_bps: int


class ClientTaxGroup(Seen):
    """Tax on the sum of all lines of one category (UNCL 5305) and rate."""

    tax_category: str
    tax_rate_bps: int
    net: MoneySeen
    tax: MoneySeen


class ClientInvoiceAddress(Seen):
    line1: str
    line2: str | None = None
    city: str
    region: str | None = None
    postal_code: str
    country: str


class ClientInvoiceBuyer(Seen):
    """Your company as it was when the invoice was issued."""

    legal_name: str
    address: ClientInvoiceAddress
    vat_id: str | None
    buyer_reference: str | None
    cost_centre: str | None


class ClientInvoice(ClientInvoiceSummary):
    """A whole invoice."""

    model_config = ConfigDict(json_schema_extra={})

    buyer: ClientInvoiceBuyer
    lines: list[ClientInvoiceLine]
    tax_groups: list[ClientTaxGroup]


class ClientPaymentPage(Seen):
    """Send the payer to `checkout_url`. The invoice turns `collected` once the money is in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "invoice_id": "0190aaaa-0000-7000-8000-000000000010",
                    "checkout_url": "https://checkout.stripe.com/c/pay/cs_test_a1",
                    "amount": {"minor": 119000, "currency": "EUR"},
                }
            ]
        }
    )

    invoice_id: UUID
    checkout_url: str
    amount: MoneySeen


def summary(facts: InvoiceSummary, today: date) -> ClientInvoiceSummary:
    return ClientInvoiceSummary(**_summary_fields(facts, today))


def invoice(facts: InvoiceFacts, today: date) -> ClientInvoice:
    return ClientInvoice(
        **_summary_fields(facts.summary, today),
        buyer=ClientInvoiceBuyer(**facts.buyer),
        lines=[line_view(line) for line in facts.lines],
        tax_groups=[tax_group_view(group) for group in facts.tax_groups],
    )


def payment_page(page: PaymentPage) -> ClientPaymentPage:
    return ClientPaymentPage(
        invoice_id=page.invoice_id,
        checkout_url=page.checkout_url,
        amount=_money(page.amount_minor, page.currency),
    )


def _summary_fields(facts: InvoiceSummary, today: date) -> dict[str, Any]:
    return {
        "id": facts.id,
        "number": facts.number,
        "state": facts.owed_state.value,
        "overdue": facts.overdue(today),
        "net": _money(facts.net_minor, facts.currency),
        "tax": _money(facts.tax_minor, facts.currency),
        "gross": _money(facts.gross_minor, facts.currency),
        "due": _money(facts.due_minor, facts.currency),
        "service_from": facts.service_from_on,
        "service_to": facts.service_to_on,
        "issued_on": facts.issued_on,
        "due_on": facts.due_on,
        "collected_at": facts.collected_at,
    }


def tax_group_view(facts: TaxGroupFacts) -> ClientTaxGroup:
    return ClientTaxGroup(
        tax_category=facts.category,
        tax_rate_bps=facts.rate_bps,
        net=_money(facts.net_minor, facts.currency),
        tax=_money(facts.tax_minor, facts.currency),
    )


def line_view(facts: InvoiceLineFacts) -> ClientInvoiceLine:
    return ClientInvoiceLine(
        place=facts.place,
        type=facts.type,
        position_title=facts.position_title,
        trainer=facts.trainer_label,
        purchase_order=facts.purchase_order,
        week_from=facts.week_from_on,
        week_to=facts.week_to_on,
        billed_minutes=facts.minutes,
        bill_rate=_money(facts.bill_rate_minor, facts.currency),
        billed=_money(facts.net_minor, facts.currency),
        tax_category=facts.tax_category,
        tax_rate_bps=facts.tax_rate_bps,
    )


def _money(minor: int, currency: str) -> MoneySeen:
    return MoneySeen(minor=minor, currency=currency)
