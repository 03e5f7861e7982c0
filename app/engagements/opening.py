"""A trainer accepts an offer: it becomes an engagement, once.

The one file in which the trainer's door touches the company's side: both terms of the offer are
copied into the engagement's own tables, and nothing of them is given back.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor, describe
from app.domain.engagements import EngagementState, begins_at
from app.domain.hiring import ApplicationEvent, OfferEvent, OfferState, state_at
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.domain.rates import DatedRate
from app.domain.requirements import Stage
from app.engagements import bill_terms, pay_terms
from app.engagements.tables import Engagement, EngagementLimits, EngagementStep
from app.hiring import admitting, moves
from app.hiring import bill_terms as offered_bill
from app.hiring import pay_terms as offered_pay
from app.hiring.refusals import OfferExpired
from app.hiring.tables import Offer
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from app.projects import queries as projects
from app.projects import seats
from app.trainers import capacity


@dataclass(frozen=True, slots=True)
class Opened:
    """The engagement of an accepted offer; `new` is False when it was there already."""

    engagement_id: UUID
    new: bool


async def open_from_offer(
    session: AsyncSession, actor: TrainerActor, offer_id: UUID, *, now: datetime
) -> Opened:
    """Accept an offer: take a seat, open the engagement, copy its terms, commit its minutes.

    A second acceptance of the same offer finds the first one's engagement. Raises NotFound,
    IllegalMove, OfferExpired, PositionNotOpen, SeatsTaken, CredentialNotVerified,
    RequirementsNotMet.
    """
    application, offer = await moves.offer_of_trainer(session, actor.trainer_id, offer_id)
    if offer.state == OfferState.ACCEPTED:
        return Opened(offer.id, new=False)
    if state_at(OfferState(offer.state), offer.expires_at, now) is OfferState.EXPIRED:
        raise OfferExpired
    position = await projects.get_position(session, offer.position_id)
    assert position is not None, "an offer's position is never deleted"
    await moves.move_offer(session, offer, OfferEvent.ACCEPT, actor, now=now)
    await moves.move_application(session, application, ApplicationEvent.HIRE, actor, now=now)
    admitting.refuse_unless_open(position, now=now)
    await admitting.refuse_unmet(
        session,
        trainer_id=actor.trainer_id,
        position=position,
        now=now,
        stage=Stage.VERIFIED,
    )
    await seats.take_seat(session, position.id)
    await _write(session, actor, offer, position.project_id, now=now)
    await capacity.commit_minutes(session, actor.trainer_id, offer.weekly_minutes)
    to = telling.company(offer.company_id, Permission.WRITE_HIRING)
    await telling.tell(session, News(Kind.OFFER_ACCEPTED, offer.id, to), now=now)
    return Opened(offer.id, new=True)


async def _write(
    session: AsyncSession, actor: TrainerActor, offer: Offer, project_id: UUID, *, now: datetime
) -> None:
    """The engagement's rows. Its terms hold from its first day on, which may lie before `now`."""
    session.add(
        Engagement(
            id=offer.id,
            offer_id=offer.id,
            position_id=offer.position_id,
            project_id=project_id,
            company_id=offer.company_id,
            trainer_id=offer.trainer_id,
            state=EngagementState.ACTIVE,
            starts_on=offer.starts_on,
            ends_on=offer.ends_on,
            pay_week_timezone=offer.pay_week_timezone,
            pay_week_first_day=offer.pay_week_first_day,
            opened_at=now,
        )
    )
    await session.flush()
    effective_at = begins_at(offer.starts_on, offer.pay_week_timezone)
    session.add(
        EngagementLimits(
            id=new_id(),
            engagement_id=offer.id,
            weekly_minutes=offer.weekly_minutes,
            total_minutes=offer.total_minutes,
            effective_at=effective_at,
        )
    )
    session.add(
        EngagementStep(
            id=new_id(),
            engagement_id=offer.id,
            event="open",
            state=EngagementState.ACTIVE,
            actor=describe(actor),
            at=now,
        )
    )
    bill = await offered_bill.offered(session, offer.id)
    pay = await offered_pay.offered(session, offer.id)
    await bill_terms.add_rate(session, offer.id, DatedRate(effective_at, bill.minor, bill.currency))
    await pay_terms.add_rate(session, offer.id, DatedRate(effective_at, pay.minor, pay.currency))
