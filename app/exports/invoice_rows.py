"""Invoices and their lines, by the day of issue that stands on them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.exports.dataset import Dataset, amount
from app.invoicing.tables import Invoice, InvoiceLine
from app.kit.csv_writing import Cell


def _invoices(from_on: date, to_on: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Invoice.number,
            Invoice.state,
            Invoice.company_id,
            Invoice.buyer["legal_name"].astext.label("company"),
            Invoice.buyer["vat_id"].astext.label("company_vat_id"),
            Invoice.issued_on,
            Invoice.due_on,
            Invoice.service_from_on,
            Invoice.service_to_on,
            Invoice.currency,
            Invoice.net_minor,
            Invoice.tax_minor,
            Invoice.gross_minor,
            Invoice.collected_at,
            Invoice.id,
        )
        .where(Invoice.issued_on.between(from_on, to_on))
        .order_by(Invoice.series, Invoice.year, Invoice.sequence)
    )


def _invoice(row: Any) -> Sequence[Cell]:
    return (
        row.number,
        row.state,
        str(row.company_id),
        row.company,
        row.company_vat_id,
        row.issued_on,
        row.due_on,
        row.service_from_on,
        row.service_to_on,
        row.currency,
        *amount(row.net_minor, row.currency),
        *amount(row.tax_minor, row.currency),
        *amount(row.gross_minor, row.currency),
        row.collected_at,
        str(row.id),
    )


INVOICES = Dataset(
    columns=(
        "number",
        "state",
        "company_id",
        "company",
        "company_vat_id",
        "issued_on",
        "due_on",
        "service_from_on",
        "service_to_on",
        "currency",
        "net_minor",
        "net",
        "tax_minor",
        "tax",
        "gross_minor",
        "gross",
        "collected_at",
        "invoice_id",
    ),
    statement=_invoices,
    cells=_invoice,
)


def _lines(from_on: date, to_on: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Invoice.number,
            InvoiceLine.place,
            InvoiceLine.type,
            Invoice.company_id,
            Invoice.buyer["legal_name"].astext.label("company"),
            Invoice.issued_on,
            InvoiceLine.purchase_order,
            InvoiceLine.position_title,
            InvoiceLine.trainer_label,
            InvoiceLine.week_from_on,
            InvoiceLine.week_to_on,
            InvoiceLine.minutes,
            InvoiceLine.currency,
            InvoiceLine.bill_rate_minor,
            InvoiceLine.net_minor,
            InvoiceLine.tax_category,
            InvoiceLine.tax_rate_bps,
            InvoiceLine.id,
        )
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(Invoice.issued_on.between(from_on, to_on))
        .order_by(Invoice.series, Invoice.year, Invoice.sequence, InvoiceLine.place)
    )


def _line(row: Any) -> Sequence[Cell]:
    return (
        row.number,
        row.place,
        row.type,
        str(row.company_id),
        row.company,
        row.issued_on,
        row.purchase_order,
        row.position_title,
        row.trainer_label,
        row.week_from_on,
        row.week_to_on,
        row.minutes,
        row.currency,
        *amount(row.bill_rate_minor, row.currency),
        *amount(row.net_minor, row.currency),
        row.tax_category,
        row.tax_rate_bps,
        str(row.id),
    )


INVOICE_LINES = Dataset(
    columns=(
        "number",
        "line",
        "type",
        "company_id",
        "company",
        "issued_on",
        "purchase_order",
        "position",
        "trainer",
        "week_from_on",
        "week_to_on",
        "minutes",
        "currency",
        "bill_rate_minor",
        "bill_rate",
        "net_minor",
        "net",
        "tax_category",
        "tax_rate_bps",
        "line_id",
    ),
    statement=_lines,
    cells=_line,
)
