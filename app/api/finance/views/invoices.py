"""What finance can see of invoices: all companies, and how the money came in."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict

from app.api.words import MoneySeen, Seen
from app.domain.adjustments import LineType
from app.invoicing.issuers import Issuer
from app.invoicing.queries import InvoiceFacts, InvoiceLineFacts, InvoiceSummary, PaymentFacts
from app.invoicing.running import InvoiceRunFacts

_SUMMARY_EXAMPLE: dict[str, Any] = {
    "id": "0190aaaa-0000-7000-8000-000000000010",
    "number": "RE-2026-00001",
    "company_id": "0190aaaa-0000-7000-8000-000000000001",
    "company_name": "Beispiel Labs GmbH",
    "state": "issued",
    "overdue": False,
    "net": {"minor": 100000, "currency": "EUR"},
    "tax": {"minor": 19000, "currency": "EUR"},
    "gross": {"minor": 119000, "currency": "EUR"},
    "due": {"minor": 119000, "currency": "EUR"},
    "written_off": {"minor": 0, "currency": "EUR"},
    "service_from": "2026-11-16",
    "service_to": "2026-11-22",
    "issued_on": "2026-11-30",
    "due_on": "2026-12-14",
    "collected_at": None,
}


class FinancePostalAddress(Seen):
    line1: str
    line2: str | None = None
    city: str
    region: str | None = None
    postal_code: str
    country: str


class FinanceIssuer(Seen):
    """The issuer that the next invoice prints. `sample`: the invented one of development."""

    legal_name: str
    address: FinancePostalAddress
    email: str
    iban: str
    bic: str | None
    vat_id: str | None
    tax_number: str | None
    register_entry: str | None
    sample: bool


class FinanceInvoiceSummary(Seen):
    """An invoice without its lines. `overdue`: not collected, and the due day has passed.
    `due`: what is still to be paid. `written_off`: what of that nobody expects any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY_EXAMPLE]})

    id: UUID
    number: str
    company_id: UUID
    company_name: str
    state: Literal["issued", "collected", "uncollectible"]
    overdue: bool
    net: MoneySeen
    tax: MoneySeen
    gross: MoneySeen
    due: MoneySeen
    written_off: MoneySeen
    service_from: date
    service_to: date
    issued_on: date
    due_on: date
    collected_at: datetime | None


class FinanceInvoiceLine(Seen):
    """One engagement, week and bill rate; both week dates are included."""

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


class FinanceTaxGroup(Seen):
    """Tax on the sum of all lines of one category (UNCL 5305) and rate."""

    tax_category: str
    tax_rate_bps: int
    net: MoneySeen
    tax: MoneySeen


class FinancePayment(Seen):
    """How the money came in: `checkout` (Stripe's page), `charge` (a saved means of payment on the
    due day) or `recorded` (bank, with its reference)."""

    kind: Literal["checkout", "charge", "recorded"]
    paid_at: datetime
    amount: MoneySeen
    stripe_fee: MoneySeen | None
    available_at: datetime | None
    cleared_at: datetime | None
    reference: str | None
    received_on: date | None


class FinanceBuyer(Seen):
    """The company as it was when the invoice was issued."""

    legal_name: str
    address: FinancePostalAddress
    vat_id: str | None
    buyer_reference: str | None
    cost_centre: str | None


class FinanceInvoice(FinanceInvoiceSummary):
    """A whole invoice; the buyer is as it was when the invoice was issued."""

    model_config = ConfigDict(json_schema_extra={})

    run_id: UUID
    buyer: FinanceBuyer
    lines: list[FinanceInvoiceLine]
    tax_groups: list[FinanceTaxGroup]
    payment: FinancePayment | None


class FinanceSkippedCompany(Seen):
    """A company that was left out, and the code of what is missing."""

    company_id: UUID
    code: str


class FinanceInvoiceRun(Seen):
    """What one run issued; an empty list means that there was nothing to invoice."""

    id: UUID
    through: date
    company_id: UUID | None
    created_at: datetime
    invoices: list[FinanceInvoiceSummary]
    skipped: list[FinanceSkippedCompany]


def issuer(facts: Issuer) -> FinanceIssuer:
    address = facts.address
    return FinanceIssuer(
        legal_name=facts.legal_name,
        address=FinancePostalAddress(
            line1=address.line1,
            line2=address.line2,
            city=address.city,
            postal_code=address.postal_code,
            country=address.country,
        ),
        email=facts.email,
        iban=facts.iban,
        bic=facts.bic,
        vat_id=facts.vat_id,
        tax_number=facts.tax_number,
        register_entry=facts.register_entry,
        sample=facts.sample,
    )


def summary(facts: InvoiceSummary, today: date) -> FinanceInvoiceSummary:
    return FinanceInvoiceSummary(**_summary_fields(facts, today))


def invoice(facts: InvoiceFacts, paid: PaymentFacts | None, today: date) -> FinanceInvoice:
    return FinanceInvoice(
        **_summary_fields(facts.summary, today),
        run_id=facts.summary.run_id,
        buyer=FinanceBuyer(**facts.buyer),
        lines=[_line(line) for line in facts.lines],
        tax_groups=[
            FinanceTaxGroup(
                tax_category=group.category,
                tax_rate_bps=group.rate_bps,
                net=_money(group.net_minor, group.currency),
                tax=_money(group.tax_minor, group.currency),
            )
            for group in facts.tax_groups
        ],
        payment=_payment(paid) if paid else None,
    )


def run(facts: InvoiceRunFacts, today: date) -> FinanceInvoiceRun:
    return FinanceInvoiceRun(
        id=facts.id,
        through=facts.through_on,
        company_id=facts.company_id,
        created_at=facts.created_at,
        invoices=_summaries(facts.invoices, today),
        skipped=[
            FinanceSkippedCompany(company_id=each.company_id, code=each.code)
            for each in facts.skipped
        ],
    )


def _summaries(facts: Sequence[InvoiceSummary], today: date) -> list[FinanceInvoiceSummary]:
    return [summary(each, today) for each in facts]


def _summary_fields(facts: InvoiceSummary, today: date) -> dict[str, Any]:
    return {
        "id": facts.id,
        "number": facts.number,
        "company_id": facts.company_id,
        "company_name": facts.buyer_name,
        "state": facts.state.value,
        "overdue": facts.overdue(today),
        "net": _money(facts.net_minor, facts.currency),
        "tax": _money(facts.tax_minor, facts.currency),
        "gross": _money(facts.gross_minor, facts.currency),
        "due": _money(facts.due_minor, facts.currency),
        "written_off": _money(facts.written_off_minor, facts.currency),
        "service_from": facts.service_from_on,
        "service_to": facts.service_to_on,
        "issued_on": facts.issued_on,
        "due_on": facts.due_on,
        "collected_at": facts.collected_at,
    }


def _line(facts: InvoiceLineFacts) -> FinanceInvoiceLine:
    return FinanceInvoiceLine(
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


def _payment(facts: PaymentFacts) -> FinancePayment:
    fee = facts.stripe_fee_minor
    return FinancePayment(
        kind=facts.kind,
        paid_at=facts.paid_at,
        amount=_money(facts.amount_minor, facts.currency),
        stripe_fee=None if fee is None else _money(fee, facts.currency),
        available_at=facts.available_at,
        cleared_at=facts.cleared_at,
        reference=facts.reference,
        received_on=facts.received_on,
    )


def _money(minor: int, currency: str) -> MoneySeen:
    return MoneySeen(minor=minor, currency=currency)
