"""Credit that a company has used up and gets back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.timesheets.bill_lines import BillLine
from app.timesheets.tables import CapCounter


async def release_credit(
    session: AsyncSession, company_id: UUID, bill_line_ids: Collection[UUID], *, now: datetime
) -> None:
    """Take lines whose invoice is paid out of the company's used credit. Call it once a line."""
    del now
    rows = await session.execute(
        select(BillLine.worked_seconds, BillLine.bill_rate_minor).where(
            BillLine.id.in_(list(bill_line_ids))
        )
    )
    units = sum(s * r for s, r in rows)
    await session.execute(
        update(CapCounter)
        .where(CapCounter.scope == "credit_limit", CapCounter.scope_id == company_id)
        .values(used=CapCounter.used - units)
    )
