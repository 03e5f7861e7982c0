"""The company's money is in: approved time becomes payable."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.timesheets.tables import Approval


async def mark_funded(
    session: AsyncSession, approval_ids: Collection[UUID], *, at: datetime
) -> None:
    """Mark approvals funded; those that already are keep their moment."""
    await session.execute(
        update(Approval)
        .where(Approval.id.in_(list(approval_ids)), Approval.funded_at.is_(None))
        .values(funded_at=at)
        .execution_options(synchronize_session=False)
    )
