"""The company's money is in: approved time becomes payable."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.timesheets.tables import Approval

_ON_APPROVAL = "on_approval"


async def begin(
    session: AsyncSession, approval: Approval, company_id: UUID, *, bill_minor: int
) -> None:
    """Fund an approval at once where nothing is waited for.

    That is so where finance has granted it, where nothing will be invoiced because the platform
    pays, and where something is taken back.
    """
    terms = await credit_terms.current(session, company_id, approval.approved_at)
    if terms.funding_rule == _ON_APPROVAL or bill_minor <= 0:
        approval.funded_at = approval.approved_at
        await session.flush()


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
