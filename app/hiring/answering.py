"""A trainer declines an offer. Accepting one opens an engagement: see engagements/opening.py."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.hiring import OfferEvent, OfferState, state_at
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.hiring import moves
from app.hiring.refusals import OfferExpired
from app.notices import telling
from app.notices.telling import News


async def decline(
    session: AsyncSession, actor: TrainerActor, offer_id: UUID, *, now: datetime
) -> None:
    """Decline an offer; the application is shortlisted again.

    Raises NotFound, IllegalMove, OfferExpired.
    """
    application, offer = await moves.offer_of_trainer(session, actor.trainer_id, offer_id)
    if state_at(OfferState(offer.state), offer.expires_at, now) is OfferState.EXPIRED:
        raise OfferExpired
    await moves.end_offer(session, application, offer, OfferEvent.DECLINE, actor, now=now)
    to = telling.company(offer.company_id, Permission.WRITE_HIRING)
    await telling.tell(session, News(Kind.OFFER_DECLINED, offer.id, to), now=now)
