"""Prints documents with typst, which is compiled into its wheel together with its fonts."""

import asyncio
import json
import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

import typst

from app.domain import money
from app.domain.adjustments import FLAT
from app.gateways.documents import wording
from app.gateways.documents.glyphs import printable
from app.gateways.documents.rendering import (
    BuyerDetails,
    DocumentLine,
    DocumentTaxGroup,
    InvoiceDocument,
    IssuerDetails,
)

_INVOICE_LAYOUT: Final = Path(__file__).with_name("invoice.typ")
_WEB_ADDRESS: Final = re.compile(r"https?://[!-~]+")
_ATTACHABLE_PDF_A: Final = "a-3b"

Fact = tuple[str, str]


class TypstRenderer:
    """A `DocumentRenderer` that keeps at most `parallel` threads busy at a time."""

    def __init__(self, parallel: int = 2) -> None:
        self._free = asyncio.Semaphore(parallel)
        # Fonts of the machine would make the bytes depend on the machine.
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)

    async def render_invoice(self, document: InvoiceDocument) -> bytes:
        """The invoice as PDF/A-3b. Raises ValueError if `pay_online_url` is no web address."""
        content = json.dumps(invoice_content(document), ensure_ascii=False)
        printed_at = datetime.combine(document.issued_on, time.min, UTC)
        async with self._free:
            return await asyncio.to_thread(self._print, content, printed_at)

    def _print(self, content: str, printed_at: datetime) -> bytes:
        # One compiler per call: a compiler that two threads share refuses the second one.
        compiler = typst.Compiler(
            _INVOICE_LAYOUT,
            root=_INVOICE_LAYOUT.parent,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={"invoice": content},
        )
        pdf = compiler.compile(format="pdf", pdf_standards=_ATTACHABLE_PDF_A, timestamp=printed_at)
        if not isinstance(pdf, bytes):
            raise TypeError("typst gave pages where one file was expected")
        return pdf


def invoice_content(document: InvoiceDocument) -> dict[str, Any]:
    """What the layout prints: finished strings only, each of which the fonts can show."""
    language = document.language
    labels = dict(wording.LABELS[language])
    labels["rate_in_currency"] = f"{labels['rate']} ({document.currency})"
    labels["amount_in_currency"] = f"{labels['amount']} ({document.currency})"
    total_minutes = sum(line.minutes for line in document.lines)
    content = {
        "language": language,
        "labels": labels,
        "title": labels["title"],
        "number": document.number,
        "issuer": {
            "name": document.issuer.name,
            "address_lines": list(document.issuer.address_lines),
            "email": document.issuer.email,
        },
        "sender_line": " · ".join((document.issuer.name, *document.issuer.address_lines)),
        "buyer": {
            "legal_name": document.buyer.legal_name,
            "address_lines": list(document.buyer.address_lines),
        },
        "facts": _facts(document, labels),
        "due_on": wording.day(document.due_on, language),
        "service_period": wording.days(document.service_from, document.service_until, language),
        "lines": [
            _line(document, position, line) for position, line in enumerate(document.lines, 1)
        ],
        "total_hours": f"{wording.hours(total_minutes, language)} "
        f"({wording.number(total_minutes, language)} {labels['in_minutes']})",
        "sums": _sums(document, labels),
        "gross": _money(document, document.gross_minor),
        "notes": list(document.notes),
        "payment_terms": document.payment_terms,
        "payment": _payment(document, labels),
        "foot": _foot(document.issuer, labels),
        "sample": document.sample,
    }
    shown: dict[str, Any] = _made_printable(content)
    shown["pay_online_url"] = _checked_address(document.pay_online_url)
    return shown


def _made_printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _made_printable(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_made_printable(member) for member in value]
    return value


def _checked_address(url: str | None) -> str | None:
    if url is not None and not _WEB_ADDRESS.fullmatch(url):
        raise ValueError("pay_online_url is not a web address")
    return url


def _money(document: InvoiceDocument, minor: int) -> str:
    return wording.amount_with_currency(
        minor, document.language, money.exponent(document.currency), document.currency
    )


def _facts(document: InvoiceDocument, labels: dict[str, str]) -> list[Fact]:
    buyer: BuyerDetails = document.buyer
    facts = (
        (labels["number"], document.number),
        (labels["issued_on"], wording.day(document.issued_on, document.language)),
        (labels["due_on"], wording.day(document.due_on, document.language)),
        (labels["buyer_reference"], buyer.buyer_reference),
        (labels["purchase_order"], buyer.purchase_order),
        (labels["cost_centre"], buyer.cost_centre),
        (labels["buyer_vat_id"], buyer.vat_id),
    )
    return [(name, value) for name, value in facts if value]


def _line(document: InvoiceDocument, position: int, line: DocumentLine) -> dict[str, str]:
    language, exponent = document.language, money.exponent(document.currency)
    worked = wording.days(line.worked_from, line.worked_until, language)
    flat = line.type in FLAT
    return {
        "position": str(position),
        "kind": wording.LABELS[language][f"type_{line.type.value}"],
        "title": line.position_title,
        "trainer": line.trainer_label,
        "worked": worked,
        "purchase_order": line.purchase_order or "",
        "hours": "" if flat else wording.hours(line.minutes, language),
        "minutes": "" if flat else wording.number(line.minutes, language),
        "rate": "" if flat else wording.number(line.bill_rate_minor, language, exponent),
        "amount": wording.number(line.net_minor, language, exponent),
    }


def _sums(document: InvoiceDocument, labels: dict[str, str]) -> list[Fact]:
    def tax_label(group: DocumentTaxGroup) -> str:
        rate = wording.percentage(group.tax_rate_bps, document.language)
        untaxed = labels.get(f"tax_{group.tax_category}")
        base = _money(document, group.net_minor)
        return untaxed or f"{labels['tax']} {rate} {labels['on']} {base}"

    return [
        (labels["net"], _money(document, document.net_minor)),
        *((tax_label(group), _money(document, group.tax_minor)) for group in document.tax_groups),
    ]


def _payment(document: InvoiceDocument, labels: dict[str, str]) -> list[Fact]:
    issuer = document.issuer
    facts = (
        (labels["payee"], issuer.name),
        (labels["iban"], wording.iban_groups(issuer.iban)),
        (labels["bic"], issuer.bic),
        (labels["reference"], document.number),
    )
    return [(name, value) for name, value in facts if value]


def _foot(issuer: IssuerDetails, labels: dict[str, str]) -> list[list[str]]:
    company = [issuer.name, issuer.register_entry, issuer.email]
    tax = [
        f"{labels['vat_id']} {issuer.vat_id}" if issuer.vat_id else None,
        f"{labels['tax_number']} {issuer.tax_number}" if issuer.tax_number else None,
        f"{labels['iban']} {wording.iban_groups(issuer.iban)}",
    ]
    return [[part for part in column if part] for column in (company, tax)]
