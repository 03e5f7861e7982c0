"""Offers that nobody answered end by the clock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import SystemActor
from app.domain.hiring import OfferEvent, OfferState
from app.hiring import moves
from app.hiring.tables import Offer


async def due(session: AsyncSession, *, now: datetime, limit: int = 200) -> Sequence[UUID]:
    """Ids of open offers whose time is over, the longest overdue first."""
    found = await session.scalars(
        select(Offer.id)
        .where(Offer.state == OfferState.SENT, Offer.expires_at <= now)
        .order_by(Offer.expires_at, Offer.id)
        .limit(limit)
    )
    return found.all()


async def expire(session: AsyncSession, offer_id: UUID, *, now: datetime) -> None:
    """End one offer unless somebody answered in the meantime."""
    application, offer = await moves.any_offer(session, offer_id)
    if offer.state == OfferState.SENT and offer.expires_at <= now:
        actor = SystemActor("offer_expiry")
        await moves.end_offer(session, application, offer, OfferEvent.EXPIRE, actor, now=now)
