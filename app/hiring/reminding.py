"""Offers that are about to expire: their trainers are reminded."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.hiring import OfferState
from app.domain.notices import Kind
from app.domain.reminders import Window
from app.hiring.tables import Offer
from app.notices import reminding, telling

_MOST = 500


async def remind(session: AsyncSession, *, now: datetime) -> None:
    """Remind of open offers at half of their time and a day before its end, once each."""
    rows = await session.execute(
        select(Offer.id, Offer.trainer_id, Offer.created_at, Offer.expires_at)
        .where(
            Offer.state == OfferState.SENT,
            reminding.waiting(
                Kind.OFFER_EXPIRING, Offer.id, Offer.created_at, Offer.expires_at, now=now
            ),
        )
        .order_by(Offer.expires_at, Offer.id)
        .limit(_MOST)
    )
    found = [
        reminding.reminder(
            Kind.OFFER_EXPIRING,
            row.id,
            telling.trainer(row.trainer_id),
            Window(row.created_at, row.expires_at),
            now=now,
        )
        for row in rows
    ]
    await telling.tell(session, *filter(None, found), now=now)
