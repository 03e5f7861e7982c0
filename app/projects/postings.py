"""What a company sees of its own projects, with its own side of the money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.money import Money
from app.domain.permissions import Permission, require
from app.domain.projects import ProjectState
from app.domain.refusals import NotFound
from app.kit import paging
from app.kit.paging import Cut, Page
from app.projects import bill_terms, queries
from app.projects.bill_terms import ProjectBillTerms
from app.projects.queries import PositionFacts
from app.projects.tables import Position, Project


@dataclass(frozen=True, slots=True)
class PostedPosition:
    """A position with its bill cap an hour."""

    facts: PositionFacts
    bill_rate_cap: Money


@dataclass(frozen=True, slots=True)
class PostedProject:
    """A project with its budget and, where they were asked for, its positions, oldest first."""

    id: UUID
    title: str
    brief: str
    state: ProjectState
    budget: Money | None
    created_at: datetime
    published_at: datetime | None
    positions: Sequence[PostedPosition]


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """A project in a list."""

    id: UUID
    title: str
    state: ProjectState
    budget: Money | None
    positions: int
    seats: int
    seats_taken: int
    created_at: datetime
    published_at: datetime | None


async def get_project(session: AsyncSession, actor: ClientActor, project_id: UUID) -> PostedProject:
    """One of the company's own projects. Raises NotAllowed, NotFound."""
    require(actor, Permission.READ_PROJECTS)
    return await posted(session, actor.company_id, project_id)


async def posted(session: AsyncSession, company_id: UUID, project_id: UUID) -> PostedProject:
    """A company's project with its positions. Raises NotFound."""
    row = await session.scalar(
        select(Project)
        .where(Project.id == project_id, Project.company_id == company_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    # Positions first: one that is added in between has its cap when the caps are read.
    positions = await queries.positions_of(session, project_id)
    caps = await bill_terms.position_caps(session, project_id)
    return PostedProject(
        id=row.id,
        title=row.title,
        brief=row.brief,
        state=ProjectState(row.state),
        budget=await bill_terms.project_budget(session, project_id),
        created_at=row.created_at,
        published_at=row.published_at,
        positions=[PostedPosition(facts, caps[facts.id]) for facts in positions],
    )


async def posted_position(
    session: AsyncSession, company_id: UUID, position_id: UUID
) -> PostedPosition:
    """A company's position with its bill cap. Raises NotFound."""
    facts = await queries.company_position(session, company_id, position_id)
    if facts is None:
        raise NotFound
    return PostedPosition(facts, await bill_terms.position_cap(session, position_id))


async def list_projects(
    session: AsyncSession, actor: ClientActor, page: Cut
) -> Page[ProjectSummary]:
    """The company's projects, newest first. Raises NotAllowed."""
    require(actor, Permission.READ_PROJECTS)
    seats = (
        select(
            func.count().label("positions"),
            func.coalesce(func.sum(Position.seats), 0).label("seats"),
            func.coalesce(func.sum(Position.seats_taken), 0).label("seats_taken"),
        )
        .where(Position.project_id == Project.id)
        .lateral()
    )
    statement = (
        select(
            Project.id,
            Project.title,
            Project.state,
            Project.created_at,
            Project.published_at,
            ProjectBillTerms.budget_minor,
            ProjectBillTerms.currency,
            seats,
        )
        .join(ProjectBillTerms, ProjectBillTerms.project_id == Project.id)
        .join(seats, onclause=true())
        .where(Project.company_id == actor.company_id)
    )
    rows = await session.execute(paging.cut(statement, Project.created_at, Project.id, page))
    items = [
        ProjectSummary(
            id=row.id,
            title=row.title,
            state=ProjectState(row.state),
            budget=Money(row.budget_minor, row.currency) if row.budget_minor else None,
            positions=row.positions,
            seats=int(row.seats),
            seats_taken=int(row.seats_taken),
            created_at=row.created_at,
            published_at=row.published_at,
        )
        for row in rows
    ]
    return paging.paged(items, page, lambda each: (each.created_at, each.id))
