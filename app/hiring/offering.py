"""A company makes an offer, or takes it back.

The one file in which the client's door touches the trainer's side: the pay rate that the fee
terms of this moment leave of the bill rate is written beside it, and never given back.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import queries as companies
from app.domain import hiring, permissions
from app.domain.actor import ClientActor
from app.domain.hiring import (
    OFFER_STANDS,
    ApplicationEvent,
    OfferEvent,
    OfferState,
    Period,
    Room,
    state_at,
)
from app.domain.money import Money
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.domain.refusals import InvalidValues
from app.domain.weekdays import Weekday
from app.hiring import admitting, bill_terms, moves, pay_terms, pricing
from app.hiring.refusals import OfferExpired, OfferOpen
from app.hiring.tables import Application, Offer
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from app.projects import queries as projects


@dataclass(frozen=True, slots=True)
class PayWeek:
    """An IANA time zone and the first day of the week in it; None: the company's, Monday."""

    timezone: str | None
    first_day: Weekday = Weekday.MONDAY


@dataclass(frozen=True, slots=True)
class Terms:
    """What a company offers. Without `ends_on` the position's end holds, without `expires_at`
    the offer stands for seven days."""

    bill: Money
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    expires_at: datetime | None
    pay_week: PayWeek = PayWeek(None)


async def make_offer(
    session: AsyncSession, actor: ClientActor, application_id: UUID, terms: Terms, *, now: datetime
) -> UUID:
    """Make an offer for an application and return its id.

    Raises NotAllowed, NotFound, PositionNotOpen, SeatsTaken, OfferOpen, IllegalMove,
    InvalidValues, CurrencyNotYours, BillRateAboveCap, BillRateNotOffered.
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    application = await moves.application_of_company(session, actor.company_id, application_id)
    await _clear_the_way(session, actor, application, now=now)
    position = await projects.get_position(session, application.position_id)
    assert position is not None, "an application's position is never deleted"
    admitting.refuse_unless_open(position, now=now)
    admitting.refuse_unless_free(position)
    zone = terms.pay_week.timezone or await _billing_zone(session, actor.company_id)
    period = Period(
        weekly_minutes=terms.weekly_minutes,
        total_minutes=terms.total_minutes,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on or position.ends_on,
        expires_at=terms.expires_at or now + OFFER_STANDS,
    )
    room = Room(position.weekly_minutes, position.total_minutes, position.ends_on)
    today = now.astimezone(ZoneInfo(zone)).date()
    if faults := hiring.faults_of(period, room, today=today, now=now):
        raise InvalidValues(errors=faults)
    pay = await pricing.pay_within_caps(
        session, position, application.trainer_id, terms.bill, now=now
    )
    offer = _row(application, period, zone, terms.pay_week.first_day, now=now)
    await moves.move_application(session, application, ApplicationEvent.OFFER, actor, now=now)
    session.add(offer)
    await session.flush()
    await moves.record_offer(session, offer, "send", actor, now=now)
    await bill_terms.write_offered(session, offer.id, terms.bill)
    await pay_terms.write_offered(session, offer.id, pay)
    await _tell(session, Kind.OFFER_RECEIVED, offer, now=now)
    return offer.id


async def withdraw_offer(
    session: AsyncSession, actor: ClientActor, offer_id: UUID, *, now: datetime
) -> None:
    """Take an open offer back; the application is shortlisted again.

    Raises NotAllowed, NotFound, IllegalMove, OfferExpired.
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    application, offer = await moves.offer_of_company(session, actor.company_id, offer_id)
    if state_at(OfferState(offer.state), offer.expires_at, now) is OfferState.EXPIRED:
        raise OfferExpired
    await moves.end_offer(session, application, offer, OfferEvent.WITHDRAW, actor, now=now)
    await _tell(session, Kind.OFFER_WITHDRAWN, offer, now=now)


async def _tell(session: AsyncSession, kind: Kind, offer: Offer, *, now: datetime) -> None:
    deadline_at = offer.expires_at if kind is Kind.OFFER_RECEIVED else None
    to = telling.trainer(offer.trainer_id)
    await telling.tell(session, News(kind, offer.id, to, deadline_at=deadline_at), now=now)


async def _clear_the_way(
    session: AsyncSession, actor: ClientActor, application: Application, *, now: datetime
) -> None:
    """An offer whose time is over does not block a new one; an open one does."""
    offer = await moves.open_offer_of(session, application)
    if offer is None:
        return
    if state_at(OfferState(offer.state), offer.expires_at, now) is not OfferState.EXPIRED:
        raise OfferOpen
    await moves.end_offer(session, application, offer, OfferEvent.EXPIRE, actor, now=now)


async def _billing_zone(session: AsyncSession, company_id: UUID) -> str:
    billing = await companies.get_billing(session, company_id)
    return billing.timezone if billing else "UTC"


def _row(
    application: Application, period: Period, zone: str, first_day: Weekday, *, now: datetime
) -> Offer:
    return Offer(
        id=new_id(),
        application_id=application.id,
        position_id=application.position_id,
        company_id=application.company_id,
        trainer_id=application.trainer_id,
        state=OfferState.SENT,
        weekly_minutes=period.weekly_minutes,
        total_minutes=period.total_minutes,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        expires_at=period.expires_at,
        pay_week_timezone=zone,
        pay_week_first_day=first_day.iso,
        created_at=now,
    )
