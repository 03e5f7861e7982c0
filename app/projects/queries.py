"""Reads of projects without any money, for every audience. Money stands in the terms files."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.projects import ProjectState
from app.domain.requirements import Requirements
from app.projects.tables import Position, Project


@dataclass(frozen=True, slots=True)
class PositionFacts:
    """A position with the state of its project; no money."""

    id: UUID
    project_id: UUID
    company_id: UUID
    project_state: ProjectState
    title: str
    domain: str
    seats: int
    seats_taken: int
    requirements: Requirements
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    purchase_order: str | None

    @property
    def seats_left(self) -> int:
        return self.seats - self.seats_taken


_FACTS = select(
    Position.id,
    Position.project_id,
    Position.company_id,
    Project.state.label("project_state"),
    Position.title,
    Position.domain,
    Position.seats,
    Position.seats_taken,
    Position.requirements,
    Position.weekly_minutes,
    Position.total_minutes,
    Position.starts_on,
    Position.ends_on,
    Position.purchase_order,
).join(Project, Project.id == Position.project_id)
# Built once: composing it costs more than running it.
_BY_ID = _FACTS.where(Position.id == bindparam("position"))


async def get_position(session: AsyncSession, position_id: UUID) -> PositionFacts | None:
    """A position in any state, for verbs of later rooms, which scope by their own rows."""
    row = (await session.execute(_BY_ID, {"position": position_id})).one_or_none()
    return _facts(row) if row else None


async def company_position(
    session: AsyncSession, company_id: UUID, position_id: UUID
) -> PositionFacts | None:
    """A position of one company."""
    return await _one(
        session, _FACTS.where(Position.id == position_id, Position.company_id == company_id)
    )


async def published_position(session: AsyncSession, position_id: UUID) -> PositionFacts | None:
    """A position that trainers may see: its project was published."""
    return await _one(
        session, _FACTS.where(Position.id == position_id, Project.state != ProjectState.DRAFT)
    )


async def fillable_positions(session: AsyncSession, *, on: date) -> list[PositionFacts]:
    """Positions of open projects with a seat left that have not ended on the day `on`."""
    rows = await session.execute(
        _FACTS.where(
            Project.state == ProjectState.OPEN,
            Position.seats_taken < Position.seats,
            (Position.ends_on.is_(None)) | (Position.ends_on >= on),
        )
    )
    return [_facts(row) for row in rows]


async def positions_of(session: AsyncSession, project_id: UUID) -> list[PositionFacts]:
    """All positions of a project, oldest first."""
    rows = await session.execute(
        _FACTS.where(Position.project_id == project_id).order_by(Position.created_at, Position.id)
    )
    return [_facts(row) for row in rows]


async def _one(session: AsyncSession, statement: Select[Any]) -> PositionFacts | None:
    row = (await session.execute(statement)).one_or_none()
    return _facts(row) if row else None


def _facts(row: Row[Any]) -> PositionFacts:
    return PositionFacts(
        id=row.id,
        project_id=row.project_id,
        company_id=row.company_id,
        project_state=ProjectState(row.project_state),
        title=row.title,
        domain=row.domain,
        seats=row.seats,
        seats_taken=row.seats_taken,
        requirements=Requirements.from_stored(row.requirements),
        weekly_minutes=row.weekly_minutes,
        total_minutes=row.total_minutes,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        purchase_order=row.purchase_order,
    )


@dataclass(frozen=True, slots=True)
class ProjectBrief:
    """What a project is about."""

    title: str
    brief: str


async def briefs(session: AsyncSession, project_ids: Iterable[UUID]) -> dict[UUID, ProjectBrief]:
    """What each of the projects is about."""
    rows = await session.execute(
        select(Project.id, Project.title, Project.brief).where(Project.id.in_(set(project_ids)))
    )
    return {row.id: ProjectBrief(row.title, row.brief) for row in rows}
