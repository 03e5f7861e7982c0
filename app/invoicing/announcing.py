"""Who is told when money moves the wrong way: the company that pays, and finance."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.invoicing.tables import Invoice
from app.notices import telling
from app.notices.telling import News, To

_FINANCE = To(door="finance")


async def open_again(
    session: AsyncSession, invoice: Invoice, because_of: UUID, *, now: datetime
) -> None:
    """The company: money of an invoice was taken back, so that it is to be paid again."""
    to = telling.company(invoice.company_id, Permission.PAY_INVOICES)
    news = News(Kind.INVOICE_OPEN_AGAIN, invoice.id, to, stage=str(because_of))
    await telling.tell(session, news, now=now)


async def charge_failed(
    session: AsyncSession, invoice: Invoice, because_of: UUID, *, now: datetime
) -> None:
    """The company: its saved means of payment was not charged, so that somebody is to pay."""
    to = telling.company(invoice.company_id, Permission.PAY_INVOICES)
    news = News(Kind.INVOICE_CHARGE_FAILED, invoice.id, to, stage=str(because_of))
    await telling.tell(session, news, now=now)


async def refund_sent(
    session: AsyncSession, company_id: UUID, refund_id: UUID, *, now: datetime
) -> None:
    """The company: money is on its way back to it."""
    to = telling.company(company_id, Permission.PAY_INVOICES)
    await telling.tell(session, News(Kind.REFUND_SENT, refund_id, to), now=now)


async def refund_failed(session: AsyncSession, refund_id: UUID, *, now: datetime) -> None:
    """Finance: the payer's bank did not take it."""
    news = News(Kind.STAFF_REFUND_FAILED, refund_id, _FINANCE)
    await telling.tell(session, news, now=now)


async def dispute_opened(
    session: AsyncSession, dispute_id: UUID, due_at: datetime | None, *, now: datetime
) -> None:
    """Finance: evidence is to be sent by a day."""
    news = News(Kind.STAFF_DISPUTE_OPENED, dispute_id, _FINANCE, deadline_at=due_at)
    await telling.tell(session, news, now=now)
