"""Reads of engagements. No rate is selected here: see bill_terms.py and pay_terms.py."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.domain.engagements import EngagementState, Pause
from app.domain.limits import DatedLimits
from app.domain.refusals import NotFound
from app.engagements.tables import Engagement, EngagementLimits
from app.kit.paging import Cut, Page, cut, paged
from app.projects.tables import Position, Project
from app.trainers.tables import Trainer


@dataclass(frozen=True, slots=True)
class EngagementFacts:
    """An engagement without its money. `pay_week_first_day` is ISO: Monday 1 … Sunday 7."""

    id: UUID
    company_id: UUID
    company_name: str
    project_id: UUID
    project_title: str
    position_id: UUID
    position_title: str
    trainer_id: UUID
    trainer_name: str
    state: EngagementState
    starts_on: date
    ends_on: date | None
    pay_week_timezone: str
    pay_week_first_day: int
    opened_at: datetime
    pauses: tuple[Pause, ...]
    ended_at: datetime | None
    end_reason_code: str | None
    end_explanation: str | None


@dataclass(frozen=True, slots=True)
class Limits:
    """Agreed minutes; no `total_minutes` means no limit but the position's."""

    weekly_minutes: int
    total_minutes: int | None


async def get_engagement(session: AsyncSession, engagement_id: UUID) -> EngagementFacts:
    """For later rooms, which check whose it is. Raises NotFound."""
    return await _one(session, _facts().where(Engagement.id == engagement_id))


async def of_trainer(
    session: AsyncSession, trainer_id: UUID, engagement_id: UUID
) -> EngagementFacts:
    """The trainer's own engagement. Raises NotFound."""
    wanted = {"engagement": engagement_id, "trainer": trainer_id}
    row = (await session.execute(_OF_TRAINER, wanted)).one_or_none()
    if row is None:
        raise NotFound
    return _read(row)


async def of_company(
    session: AsyncSession, company_id: UUID, engagement_id: UUID
) -> EngagementFacts:
    """The company's own engagement. Raises NotFound."""
    return await _one(
        session,
        _facts().where(Engagement.id == engagement_id, Engagement.company_id == company_id),
    )


async def list_of_trainer(
    session: AsyncSession, trainer_id: UUID, page: Cut
) -> Page[EngagementFacts]:
    """The trainer's engagements, newest first."""
    return await _listed(session, _facts().where(Engagement.trainer_id == trainer_id), page)


async def list_of_company(
    session: AsyncSession, company_id: UUID, page: Cut
) -> Page[EngagementFacts]:
    """The company's engagements, newest first."""
    return await _listed(session, _facts().where(Engagement.company_id == company_id), page)


async def pay_week_timezones(
    session: AsyncSession, engagement_ids: Collection[UUID]
) -> dict[UUID, str]:
    """The zone in which each engagement counts its weeks."""
    rows = await session.execute(
        select(Engagement.id, Engagement.pay_week_timezone).where(
            Engagement.id.in_(list(engagement_ids))
        )
    )
    return {row.id: row.pay_week_timezone for row in rows}


async def limits_of(session: AsyncSession, engagement_id: UUID) -> list[DatedLimits]:
    """All minutes of an engagement as they were and will be, oldest first."""
    rows = await session.execute(
        select(
            EngagementLimits.effective_at,
            EngagementLimits.weekly_minutes,
            EngagementLimits.total_minutes,
        )
        .where(EngagementLimits.engagement_id == engagement_id)
        .order_by(EngagementLimits.effective_at)
    )
    return [DatedLimits(at, weekly, total) for at, weekly, total in rows]


async def coming_limits_of_many(
    session: AsyncSession, engagement_ids: Collection[UUID], at: datetime
) -> dict[UUID, DatedLimits]:
    """The minutes that are agreed to hold later, of the engagements for which some are."""
    rows = await session.execute(
        select(
            EngagementLimits.engagement_id,
            EngagementLimits.effective_at,
            EngagementLimits.weekly_minutes,
            EngagementLimits.total_minutes,
        )
        .where(
            EngagementLimits.engagement_id.in_(list(engagement_ids)),
            EngagementLimits.effective_at > at,
        )
        .order_by(EngagementLimits.effective_at.desc())
    )
    return {id_: DatedLimits(when, weekly, total) for id_, when, weekly, total in rows}


async def limits_of_many(
    session: AsyncSession, engagement_ids: Collection[UUID], at: datetime
) -> dict[UUID, Limits]:
    """The minutes that hold at `at`; before the first day, those with which it will begin.

    An engagement that does not exist has none.
    """
    first = (
        select(
            EngagementLimits.engagement_id.label("engagement_id"),
            func.min(EngagementLimits.effective_at).label("first_at"),
        )
        .where(EngagementLimits.engagement_id.in_(list(engagement_ids)))
        .group_by(EngagementLimits.engagement_id)
        .subquery()
    )
    rows = await session.execute(
        select(
            EngagementLimits.engagement_id,
            EngagementLimits.weekly_minutes,
            EngagementLimits.total_minutes,
        )
        .join(first, first.c.engagement_id == EngagementLimits.engagement_id)
        .where(EngagementLimits.effective_at <= func.greatest(first.c.first_at, at))
        .ext(distinct_on(EngagementLimits.engagement_id))
        .order_by(EngagementLimits.engagement_id, EngagementLimits.effective_at.desc())
    )
    return {id_: Limits(weekly, total) for id_, weekly, total in rows}


def _facts() -> Select[*tuple[Any, ...]]:
    """Name every column: a new one on the row must not reach a door by itself."""
    return (
        select(
            Engagement.id,
            Engagement.company_id,
            Company.legal_name.label("company_name"),
            Engagement.project_id,
            Project.title.label("project_title"),
            Engagement.position_id,
            Position.title.label("position_title"),
            Engagement.trainer_id,
            Trainer.full_name.label("trainer_name"),
            Engagement.state,
            Engagement.starts_on,
            Engagement.ends_on,
            Engagement.pay_week_timezone,
            Engagement.pay_week_first_day,
            Engagement.opened_at,
            Engagement.pauses,
            Engagement.ended_at,
            Engagement.end_reason_code,
            Engagement.end_explanation,
        )
        .join(Company, Company.id == Engagement.company_id)
        .join(Project, Project.id == Engagement.project_id)
        .join(Position, Position.id == Engagement.position_id)
        .join(Trainer, Trainer.id == Engagement.trainer_id)
    )


def _read(row: Any) -> EngagementFacts:
    values = dict(row._mapping)
    values["state"] = EngagementState(values["state"])
    values["pauses"] = tuple(Pause(each.lower, each.upper) for each in values["pauses"])
    return EngagementFacts(**values)


async def _one(session: AsyncSession, statement: Select[*tuple[Any, ...]]) -> EngagementFacts:
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _read(row)


async def _listed(
    session: AsyncSession, statement: Select[*tuple[Any, ...]], page: Cut
) -> Page[EngagementFacts]:
    rows = (await session.execute(cut(statement, Engagement.opened_at, Engagement.id, page))).all()
    return paged([_read(row) for row in rows], page, lambda facts: (facts.opened_at, facts.id))


# Built once: composing it costs more than running it.
_OF_TRAINER = _facts().where(
    Engagement.id == bindparam("engagement"), Engagement.trainer_id == bindparam("trainer")
)
