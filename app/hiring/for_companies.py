"""What a company reads in hiring: its applications and offers, with the bill side only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import permissions
from app.domain.actor import ClientActor
from app.domain.hiring import ApplicationState, OfferState, state_at
from app.domain.permissions import Permission
from app.domain.refusals import NotFound
from app.domain.weekdays import Weekday
from app.hiring.bill_terms import ApplicationBillTerms, OfferBillTerms
from app.hiring.tables import Application, Offer
from app.kit.paging import Cut, Page, cut, paged
from app.projects import queries as projects
from app.trainers.tables import Trainer


@dataclass(frozen=True, slots=True)
class CompanyApplication:
    """An application; the asking rate is grossed up to a bill rate an hour, in minor units."""

    id: UUID
    position_id: UUID
    trainer_id: UUID
    trainer_name: str
    trainer_headline: str
    trainer_country: str
    state: ApplicationState
    asking_bill_minor: int
    currency: str
    note: str | None
    reason_code: str | None
    explanation: str | None
    decide_by_at: datetime
    created_at: datetime
    open_offer_id: UUID | None


@dataclass(frozen=True, slots=True)
class CompanyOffer:
    """An offer with its bill rate an hour, in minor units."""

    id: UUID
    application_id: UUID
    position_id: UUID
    trainer_id: UUID
    state: OfferState
    bill_minor: int
    currency: str
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    expires_at: datetime
    pay_week_timezone: str
    pay_week_first_day: Weekday
    created_at: datetime
    decided_at: datetime | None


async def list_applications(
    session: AsyncSession, actor: ClientActor, position_id: UUID, page: Cut
) -> Page[CompanyApplication]:
    """The applications for one of the company's positions, newest first.

    Raises NotAllowed, NotFound.
    """
    permissions.require(actor, Permission.READ_HIRING)
    if await projects.company_position(session, actor.company_id, position_id) is None:
        raise NotFound
    statement = _applications(actor.company_id).where(Application.position_id == position_id)
    rows = (
        await session.execute(cut(statement, Application.created_at, Application.id, page))
    ).all()
    found = [_application(row) for row in rows]
    return paged(found, page, lambda facts: (facts.created_at, facts.id))


async def get_application(
    session: AsyncSession, actor: ClientActor, application_id: UUID
) -> CompanyApplication:
    """One of the company's applications. Raises NotAllowed, NotFound."""
    permissions.require(actor, Permission.READ_HIRING)
    statement = _applications(actor.company_id).where(Application.id == application_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _application(row)


async def get_offer(
    session: AsyncSession, actor: ClientActor, offer_id: UUID, *, now: datetime
) -> CompanyOffer:
    """One of the company's offers. Raises NotAllowed, NotFound."""
    permissions.require(actor, Permission.READ_HIRING)
    statement = _offers().where(Offer.company_id == actor.company_id, Offer.id == offer_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _offer(row, now)


def _applications(company_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Application.id,
            Application.position_id,
            Application.trainer_id,
            Trainer.full_name.label("trainer_name"),
            Trainer.headline.label("trainer_headline"),
            Trainer.country.label("trainer_country"),
            Application.state,
            ApplicationBillTerms.asking_bill_minor,
            ApplicationBillTerms.currency,
            Application.note,
            Application.reason_code,
            Application.explanation,
            Application.decide_by_at,
            Application.created_at,
            Offer.id.label("open_offer_id"),
        )
        .join(Trainer, Trainer.id == Application.trainer_id)
        .join(ApplicationBillTerms, ApplicationBillTerms.application_id == Application.id)
        .outerjoin(
            Offer, and_(Offer.application_id == Application.id, Offer.state == OfferState.SENT)
        )
        .where(Application.company_id == company_id)
    )


def _application(row: Any) -> CompanyApplication:
    return CompanyApplication(**{**row._mapping, "state": ApplicationState(row.state)})


def _offers() -> Select[*tuple[Any, ...]]:
    return select(
        Offer.id,
        Offer.application_id,
        Offer.position_id,
        Offer.trainer_id,
        Offer.state,
        OfferBillTerms.bill_minor,
        OfferBillTerms.currency,
        Offer.weekly_minutes,
        Offer.total_minutes,
        Offer.starts_on,
        Offer.ends_on,
        Offer.expires_at,
        Offer.pay_week_timezone,
        Offer.pay_week_first_day,
        Offer.created_at,
        Offer.decided_at,
    ).join(OfferBillTerms, OfferBillTerms.offer_id == Offer.id)


def _offer(row: Any, now: datetime) -> CompanyOffer:
    values = dict(row._mapping)
    values["state"] = state_at(OfferState(row.state), row.expires_at, now)
    values["pay_week_first_day"] = Weekday.from_iso(row.pay_week_first_day)
    return CompanyOffer(**values)
