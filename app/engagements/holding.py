"""Holding an engagement's row while a company changes something about it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import NotFound
from app.engagements.tables import Engagement


async def of_company(session: AsyncSession, company_id: UUID, engagement_id: UUID) -> Engagement:
    """The company's own engagement, locked and read anew. Raises NotFound."""
    # Not FOR UPDATE: every entry that is being written holds a key share of its engagement.
    row: Engagement | None = await session.scalar(
        select(Engagement)
        .where(Engagement.id == engagement_id, Engagement.company_id == company_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row
