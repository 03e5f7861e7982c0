"""What a trainer reads in hiring: her applications and offers, with the pay side only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.domain.actor import TrainerActor
from app.domain.hiring import ApplicationState, OfferState, state_at
from app.domain.refusals import NotFound
from app.domain.weekdays import Weekday
from app.hiring.pay_terms import ApplicationPayTerms, OfferPayTerms
from app.hiring.tables import Application, Offer
from app.kit.paging import Cut, Page, cut, paged
from app.projects.tables import Position, Project


@dataclass(frozen=True, slots=True)
class TrainerApplication:
    """An application with the pay rate an hour that it asks, in minor units."""

    id: UUID
    position_id: UUID
    position_title: str
    project_title: str
    company_name: str
    state: ApplicationState
    asking_pay_minor: int
    currency: str
    note: str | None
    reason_code: str | None
    explanation: str | None
    decide_by_at: datetime
    created_at: datetime
    open_offer_id: UUID | None


@dataclass(frozen=True, slots=True)
class TrainerOffer:
    """An offer with its pay rate an hour, in minor units."""

    id: UUID
    application_id: UUID
    position_id: UUID
    position_title: str
    project_title: str
    company_name: str
    state: OfferState
    pay_minor: int
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
    session: AsyncSession, actor: TrainerActor, page: Cut
) -> Page[TrainerApplication]:
    """The trainer's applications, newest first."""
    statement = cut(_applications(actor.trainer_id), Application.created_at, Application.id, page)
    rows = (await session.execute(statement)).all()
    found = [_application(row) for row in rows]
    return paged(found, page, lambda facts: (facts.created_at, facts.id))


async def get_application(
    session: AsyncSession, actor: TrainerActor, application_id: UUID
) -> TrainerApplication:
    """One of the trainer's applications. Raises NotFound."""
    statement = _applications(actor.trainer_id).where(Application.id == application_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _application(row)


async def list_offers(
    session: AsyncSession, actor: TrainerActor, page: Cut, *, now: datetime
) -> Page[TrainerOffer]:
    """The trainer's offers in every state, newest first."""
    statement = cut(_offers(actor.trainer_id), Offer.created_at, Offer.id, page)
    rows = (await session.execute(statement)).all()
    found = [_offer(row, now) for row in rows]
    return paged(found, page, lambda facts: (facts.created_at, facts.id))


async def get_offer(
    session: AsyncSession, actor: TrainerActor, offer_id: UUID, *, now: datetime
) -> TrainerOffer:
    """One of the trainer's offers. Raises NotFound."""
    statement = _offers(actor.trainer_id).where(Offer.id == offer_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _offer(row, now)


def _applications(trainer_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Application.id,
            Application.position_id,
            Position.title.label("position_title"),
            Project.title.label("project_title"),
            Company.legal_name.label("company_name"),
            Application.state,
            ApplicationPayTerms.asking_pay_minor,
            ApplicationPayTerms.currency,
            Application.note,
            Application.reason_code,
            Application.explanation,
            Application.decide_by_at,
            Application.created_at,
            Offer.id.label("open_offer_id"),
        )
        .join(Position, Position.id == Application.position_id)
        .join(Project, Project.id == Position.project_id)
        .join(Company, Company.id == Application.company_id)
        .join(ApplicationPayTerms, ApplicationPayTerms.application_id == Application.id)
        .outerjoin(
            Offer, and_(Offer.application_id == Application.id, Offer.state == OfferState.SENT)
        )
        .where(Application.trainer_id == trainer_id)
    )


def _application(row: Any) -> TrainerApplication:
    return TrainerApplication(**{**row._mapping, "state": ApplicationState(row.state)})


def _offers(trainer_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Offer.id,
            Offer.application_id,
            Offer.position_id,
            Position.title.label("position_title"),
            Project.title.label("project_title"),
            Company.legal_name.label("company_name"),
            Offer.state,
            OfferPayTerms.pay_minor,
            OfferPayTerms.currency,
            Offer.weekly_minutes,
            Offer.total_minutes,
            Offer.starts_on,
            Offer.ends_on,
            Offer.expires_at,
            Offer.pay_week_timezone,
            Offer.pay_week_first_day,
            Offer.created_at,
            Offer.decided_at,
        )
        .join(Position, Position.id == Offer.position_id)
        .join(Project, Project.id == Position.project_id)
        .join(Company, Company.id == Offer.company_id)
        .join(OfferPayTerms, OfferPayTerms.offer_id == Offer.id)
        .where(Offer.trainer_id == trainer_id)
    )


def _offer(row: Any, now: datetime) -> TrainerOffer:
    values = dict(row._mapping)
    values["state"] = state_at(OfferState(row.state), row.expires_at, now)
    values["pay_week_first_day"] = Weekday.from_iso(row.pay_week_first_day)
    return TrainerOffer(**values)
