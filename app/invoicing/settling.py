"""What happens in the books when an invoice's money is in, whichever way it came."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.invoicing import INVOICE_MOVES, CollectionState, InvoiceEvent, InvoiceState
from app.domain.lifecycles import step
from app.domain.refusals import NotFound
from app.invoicing.tables import Collection, Invoice, InvoiceLine
from app.ledger import posting
from app.ledger.posting import Entry
from app.timesheets import budgets, funding
from app.timesheets.bill_lines import BillLine


async def lock_invoice(
    session: AsyncSession, invoice_id: UUID, *, company_id: UUID | None = None
) -> Invoice:
    """The invoice, locked: every way of collecting it starts here. Raises NotFound."""
    statement = select(Invoice).where(Invoice.id == invoice_id)
    if company_id is not None:
        statement = statement.where(Invoice.company_id == company_id)
    found = await session.scalar(
        statement.with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def live_collection(session: AsyncSession, invoice_id: UUID) -> Collection | None:
    """The one collection of a locked invoice that is not expired."""
    return await session.scalar(
        select(Collection)
        .where(Collection.invoice_id == invoice_id, Collection.state != CollectionState.EXPIRED)
        .execution_options(populate_existing=True)
    )


async def collect(
    session: AsyncSession,
    invoice: Invoice,
    *,
    source: str,
    key: str,
    entries: Sequence[Entry],
    now: datetime,
) -> None:
    """Mark a locked invoice collected, post `entries`, fund its approvals and release the credit.

    (source, key) names the money's arrival, so that the same money is never booked twice. Raises
    IllegalMove unless the invoice is issued.
    """
    state = InvoiceState(invoice.state)
    invoice.state = step("invoice", INVOICE_MOVES, state, InvoiceEvent.COLLECT)
    invoice.collected_at = now
    await session.flush()
    await posting.post(
        session,
        source=source,
        key=key,
        description=f"Payment of invoice {invoice.number}",
        effective_at=now,
        now=now,
        entries=entries,
    )
    lines = await session.execute(
        select(BillLine.id, BillLine.approval_id)
        .join(InvoiceLine, InvoiceLine.bill_line_id == BillLine.id)
        .where(InvoiceLine.invoice_id == invoice.id)
        .order_by(BillLine.id)
    )
    pairs = lines.all()
    await funding.mark_funded(session, sorted({pair.approval_id for pair in pairs}), at=now)
    await budgets.release_credit(session, invoice.company_id, [pair.id for pair in pairs], now=now)
