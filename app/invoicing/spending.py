"""A wallet pays invoices: when one is issued, and when money comes in while one is open."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.invoicing import InvoiceState
from app.invoicing import carrying, settling
from app.invoicing.money_tables import CreditMove
from app.invoicing.settling import Fact
from app.invoicing.tables import Invoice, InvoiceLine
from app.kit.ids import new_id
from app.ledger import queries as ledger
from app.ledger.posting import Entry
from app.ledger.tables import LedgerAccount, LedgerBalance
from app.timesheets import lending
from app.timesheets.bill_lines import BillLine

_PREPAID_OF = func.format("liability:client:%s:prepaid", Invoice.company_id)


async def spend(session: AsyncSession, invoice: Invoice, *, now: datetime) -> int:
    """Pay what is due of a locked invoice out of the wallet, as far as it goes; how much that was.

    What was set aside for the invoice's weeks is free for it. Nothing while a saved means of
    payment is charged for it: the same money would come in twice.
    """
    live = await settling.live_collection(session, invoice.id)
    if live is not None and live.kind == "charge":
        return 0
    company_id, currency = invoice.company_id, invoice.currency
    accounts = (chart.prepaid(company_id), chart.held(company_id))
    wallet = sum([await ledger.available(session, each, currency) for each in accounts])
    if wallet == 0 or settling.due_minor(invoice) == 0:
        return 0
    await lending.hold(session, company_id)
    weeks = await session.execute(
        select(BillLine.engagement_id, BillLine.week_starts_at)
        .join(InvoiceLine, InvoiceLine.bill_line_id == BillLine.id)
        .where(InvoiceLine.invoice_id == invoice.id)
    )
    await carrying.free(
        session, company_id, {(row.engagement_id, row.week_starts_at) for row in weeks}, now=now
    )
    free = await ledger.available(session, chart.prepaid(company_id), currency)
    paid = min(free, settling.due_minor(invoice))
    if paid == 0:
        return 0
    about = new_id()
    session.add(
        CreditMove(
            id=new_id(),
            company_id=company_id,
            kind="wallet",
            about_id=about,
            amount_minor=-paid,
            currency=currency,
            at=now,
        )
    )
    await settling.arrive(
        session,
        settling.place_of(invoice),
        Fact(
            source="wallet",
            key=f"paid:{about}",
            kind="wallet",
            about_id=about,
            collection_id=None,
            description=f"Invoice {invoice.number} paid from the wallet",
            effective_at=now,
        ),
        paid,
        entries=[Entry(chart.prepaid(company_id), currency, paid)],
        now=now,
    )
    await carrying.follow(session, company_id, now=now)
    return paid


async def spend_on_open(session: AsyncSession, company_id: UUID, *, now: datetime) -> None:
    """Pay open invoices out of the wallet, the oldest first. Holds no other lock of theirs yet."""
    rows = await session.scalars(
        select(Invoice)
        .where(Invoice.company_id == company_id, Invoice.state == InvoiceState.ISSUED)
        .order_by(Invoice.issued_at, Invoice.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    for invoice in rows.all():
        await spend(session, invoice, now=now)


async def passed_by(session: AsyncSession) -> list[UUID]:
    """Companies with money in their wallets and open invoices: an invoice was issued while the
    money came in, so that neither has seen the other."""
    rows = await session.scalars(
        select(Invoice.company_id)
        .join(
            LedgerAccount,
            (LedgerAccount.key == _PREPAID_OF) & (LedgerAccount.currency == Invoice.currency),
        )
        .join(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
        .where(Invoice.state == InvoiceState.ISSUED, LedgerBalance.available_minor > 0)
        .distinct()
        .order_by(Invoice.company_id)
    )
    return list(rows)
