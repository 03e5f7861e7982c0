"""How a locked invoice's written-off sum moves, and what that is in the books."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, writing_off
from app.invoicing.money_tables import WriteOffMove
from app.invoicing.tables import Invoice
from app.kit.ids import new_id
from app.ledger.posting import Entry


def move(
    session: AsyncSession,
    invoice: Invoice,
    amount_minor: int,
    *,
    kind: str,
    about_id: UUID,
    at: datetime,
) -> list[Entry]:
    """Move what is written off of a locked invoice; the entries that say so.

    What is written off was a receivable: its net is our loss, and its tax is not owed for now.
    """
    after = invoice.written_off_minor + amount_minor
    tax = writing_off.tax_change(
        invoice.written_off_minor, after, gross_minor=invoice.gross_minor,
        tax_minor=invoice.tax_minor,
    )  # fmt: skip
    invoice.written_off_minor = after
    session.add(
        WriteOffMove(
            id=new_id(),
            invoice_id=invoice.id,
            kind=kind,
            about_id=about_id,
            amount_minor=amount_minor,
            tax_minor=tax,
            currency=invoice.currency,
            at=at,
        )
    )
    country = invoice.issuer["address"]["country"]
    return [
        Entry(chart.EXPENSE_BAD_DEBT, invoice.currency, amount_minor - tax),
        Entry(chart.vat(country), invoice.currency, tax),
        Entry(chart.receivable(invoice.company_id), invoice.currency, -amount_minor),
    ]
