"""Invoices as files: a PDF made once and kept, and the lines as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import invoice_maths, invoicing, money, postal
from app.domain.adjustments import FLAT
from app.domain.invoice_maths import TaxTreatment
from app.domain.invoicing import Language
from app.domain.refusals import NotFound
from app.gateways.documents.rendering import (
    BuyerDetails,
    DocumentLine,
    DocumentRenderer,
    DocumentTaxGroup,
    InvoiceDocument,
    IssuerDetails,
)
from app.gateways.files import Files
from app.invoicing import issuers, queries
from app.invoicing.queries import InvoiceFacts, InvoiceLineFacts
from app.invoicing.tables import Invoice
from app.kit import csv_writing
from app.kit.csv_writing import Cell
from app.kit.db import Database

CSV_HEADER = (
    "invoice_number",
    "issued_on",
    "due_on",
    "line",
    "type",
    "position",
    "trainer",
    "purchase_order",
    "week_from",
    "week_to",
    "minutes",
    "rate_per_hour",
    "net_amount",
    "currency",
    "tax_category",
    "tax_rate_percent",
)
_BY_CATEGORY = {treatment.category: treatment for treatment in TaxTreatment}


class DocumentDamaged(RuntimeError):
    """The kept file is not the one that was issued. Nobody gets it; somebody must look."""


@dataclass(frozen=True, slots=True)
class _Kept:
    key: str
    digest: bytes


async def pdf_of(
    database: Database, files: Files, renderer: DocumentRenderer, facts: InvoiceFacts
) -> bytes:
    """The invoice's PDF, made at the first call and read from the store ever after.

    No transaction may be open. Raises DocumentDamaged, FileGone.
    """
    async with database.begin() as session:
        kept = await _kept(session, facts.summary.id)
    if kept is None:
        content = await renderer.render_invoice(describe(facts))
        key = f"invoices/{facts.summary.id}.pdf"
        await files.put(key, content)
        # A rival may have put its file first; what is in the store is what was issued.
        digest = sha256(await files.get(key)).digest()
        async with database.begin() as session:
            kept = await _keep(session, facts.summary.id, _Kept(key, digest))
    stored = await files.get(kept.key)
    if sha256(stored).digest() != kept.digest:
        raise DocumentDamaged(kept.key)
    return stored


async def render(
    database: Database, files: Files, renderer: DocumentRenderer, invoice_id: UUID
) -> None:
    """Make the PDF before anybody asks for it; for the job. Raises NotFound."""
    async with database.begin() as session:
        facts = await queries.get_invoice(session, invoice_id)
    await pdf_of(database, files, renderer, facts)


async def _kept(session: AsyncSession, invoice_id: UUID) -> _Kept | None:
    row = (
        await session.execute(
            select(Invoice.document_key, Invoice.document_sha256).where(Invoice.id == invoice_id)
        )
    ).one_or_none()
    if row is None or row.document_key is None:
        return None
    return _Kept(row.document_key, row.document_sha256)


async def _keep(session: AsyncSession, invoice_id: UUID, made: _Kept) -> _Kept:
    row = await session.scalar(
        select(Invoice)
        .where(Invoice.id == invoice_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    if row.document_key is not None and row.document_sha256 is not None:
        return _Kept(row.document_key, row.document_sha256)
    row.document_key, row.document_sha256 = made.key, made.digest
    return made


def describe(facts: InvoiceFacts) -> InvoiceDocument:
    """Everything the page says, from what was pinned at issue and nothing else."""
    summary = facts.summary
    language: Language = "de" if facts.language == "de" else "en"
    issuer = issuers.read(facts.issuer)
    orders = {line.purchase_order for line in facts.lines}
    return InvoiceDocument(
        language=language,
        issuer=IssuerDetails(
            name=issuer.legal_name,
            address_lines=postal.address_lines(facts.issuer["address"], language),
            email=issuer.email,
            iban=issuer.iban,
            bic=issuer.bic,
            vat_id=issuer.vat_id,
            tax_number=issuer.tax_number,
            register_entry=issuer.register_entry,
        ),
        buyer=_buyer(facts.buyer, orders, language),
        number=summary.number,
        issued_on=summary.issued_on,
        due_on=summary.due_on,
        service_from=summary.service_from_on,
        service_until=summary.service_to_on,
        currency=summary.currency,
        lines=tuple(_line(line, alone=len(orders) > 1) for line in facts.lines),
        tax_groups=tuple(
            DocumentTaxGroup(group.category, group.rate_bps, group.net_minor, group.tax_minor)
            for group in facts.tax_groups
        ),
        net_minor=summary.net_minor,
        tax_minor=summary.tax_minor,
        gross_minor=summary.gross_minor,
        payment_terms=invoicing.payment_terms((summary.due_on - summary.issued_on).days, language),
        notes=tuple(_notes(facts, language)),
        sample=issuer.sample,
    )


def _buyer(buyer: dict[str, Any], orders: set[str | None], language: Language) -> BuyerDetails:
    """One purchase order for all lines is named once, at the top."""
    return BuyerDetails(
        legal_name=buyer["legal_name"],
        address_lines=postal.address_lines(buyer["address"], language),
        vat_id=buyer["vat_id"],
        buyer_reference=buyer["buyer_reference"],
        cost_centre=buyer["cost_centre"],
        purchase_order=next(iter(orders)) if len(orders) == 1 else None,
    )


def _line(line: InvoiceLineFacts, *, alone: bool) -> DocumentLine:
    return DocumentLine(
        position_title=line.position_title,
        trainer_label=line.trainer_label,
        worked_from=line.week_from_on,
        worked_until=line.week_to_on,
        minutes=line.minutes,
        bill_rate_minor=line.bill_rate_minor,
        net_minor=line.net_minor,
        tax_category=line.tax_category,
        purchase_order=line.purchase_order if alone else None,
        type=line.type,
    )


def _notes(facts: InvoiceFacts, language: Language) -> Iterator[str]:
    for group in facts.tax_groups:
        note = invoice_maths.tax_note(_BY_CATEGORY[group.category], language)
        if note is not None:
            yield note


def csv_of(facts: InvoiceFacts) -> bytes:
    """The lines as CSV (UTF-8), amounts as decimals of the currency."""
    rows = (CSV_HEADER, *(_csv_row(facts, line) for line in facts.lines))
    return "".join(csv_writing.line(row) for row in rows).encode()


def _csv_row(facts: InvoiceFacts, line: InvoiceLineFacts) -> Sequence[Cell]:
    summary = facts.summary
    places = money.exponent(line.currency)
    return (
        summary.number,
        summary.issued_on,
        summary.due_on,
        line.place,
        line.type.value,
        line.position_title,
        line.trainer_label,
        line.purchase_order,
        line.week_from_on,
        line.week_to_on,
        None if line.type in FLAT else line.minutes,
        None if line.type in FLAT else Decimal(line.bill_rate_minor).scaleb(-places),
        Decimal(line.net_minor).scaleb(-places),
        line.currency,
        line.tax_category,
        Decimal(line.tax_rate_bps).scaleb(-2),
    )
