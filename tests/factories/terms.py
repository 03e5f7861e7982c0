"""A lower rate that waits for a trainer's consent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.money import Money
from app.engagements import changing


async def proposed(
    session: AsyncSession,
    actor: ClientActor,
    engagement_id: UUID,
    *,
    bill_minor: int,
    now: datetime,
) -> UUID:
    """The id of the change, from the next possible pay week on."""
    bill = Money(bill_minor, "USD")
    return await changing.change_terms(session, actor, engagement_id, bill, None, now=now)
