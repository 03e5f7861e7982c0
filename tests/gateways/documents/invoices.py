"""Invented invoices to print."""

from dataclasses import replace
from datetime import date, timedelta

from app.domain import invoice_maths
from app.domain.invoice_maths import TaxableLine, TaxTerms, TaxTreatment
from app.gateways.documents.rendering import (
    BuyerDetails,
    DocumentLanguage,
    DocumentLine,
    DocumentTaxGroup,
    InvoiceDocument,
    IssuerDetails,
)

ISSUER = IssuerDetails(
    name="Musterwerk Vermittlung GmbH",
    address_lines=("Beispielallee 12", "10999 Musterstadt", "Germany"),
    email="billing@musterwerk.example",
    iban="DE02 1203 0000 0000 2020 51",
    bic="BYLADEM1001",
    vat_id="DE999999999",
    tax_number="99/999/99999",
    register_entry="Amtsgericht Musterstadt, HRB 000000",
)
BUYER = BuyerDetails(
    legal_name="Polarstern Sprachmodelle GmbH",
    address_lines=("Erfundener Weg 7", "80331 Musterhausen", "Germany"),
    vat_id="DE888888888",
    buyer_reference="04011000-12345-34",
    cost_centre="KST-4711",
    purchase_order="PO-2026-0042",
)
_FIRST_MONDAY = date(2026, 11, 2)


def line(
    index: int = 0, *, minutes: int = 2_250, rate: int = 12_000, category: str = "S"
) -> DocumentLine:
    monday = _FIRST_MONDAY + timedelta(weeks=index % 4)
    return DocumentLine(
        position_title="Radiologist – review of chest CT findings",
        trainer_label=f"Dr. Invented Example {index + 1}",
        worked_from=monday,
        worked_until=monday + timedelta(days=6),
        minutes=minutes,
        bill_rate_minor=rate,
        net_minor=invoice_maths.line_net_minor(minutes, rate),
        tax_category=category,
    )


def invoice(
    *,
    language: DocumentLanguage = "en",
    lines: tuple[DocumentLine, ...] = (),
    treatment: TaxTreatment = TaxTreatment.STANDARD,
) -> InvoiceDocument:
    """An invoice whose totals are those of its lines; two lines unless told otherwise."""
    lines = lines or (line(0), line(1, minutes=255, rate=20_000))
    terms = TaxTerms(treatment, 1900 if treatment is TaxTreatment.STANDARD else 0)
    lines = tuple(replace(some, tax_category=treatment.category) for some in lines)
    totals = invoice_maths.invoice_totals(TaxableLine(terms, some.net_minor) for some in lines)
    note = invoice_maths.tax_note(treatment, language)
    return InvoiceDocument(
        language=language,
        issuer=ISSUER,
        buyer=BUYER,
        number="RE-2026-00017",
        issued_on=date(2026, 11, 30),
        due_on=date(2026, 12, 14),
        service_from=min(some.worked_from for some in lines),
        service_until=max(some.worked_until for some in lines),
        currency="EUR",
        lines=lines,
        tax_groups=tuple(
            DocumentTaxGroup(
                group.terms.treatment.category,
                group.terms.tax_rate_bps,
                group.net_minor,
                group.tax_minor,
            )
            for group in totals.groups
        ),
        net_minor=totals.net_minor,
        tax_minor=totals.tax_minor,
        gross_minor=totals.gross_minor,
        payment_terms="Payable within 14 days without deduction."
        if language == "en"
        else "Zahlbar innerhalb von 14 Tagen ohne Abzug.",
        notes=() if note is None else (note,),
        pay_online_url="https://pay.musterwerk.example/i/RE-2026-00017",
        sample=True,
    )
