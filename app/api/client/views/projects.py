"""What a company sees of its projects and positions."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.money import Money
from app.domain.projects import ProjectState
from app.domain.requirements import Requirements
from app.domain.vocabulary import LEVEL_CODES
from app.projects.postings import PostedPosition, PostedProject, ProjectSummary


class LanguageNeededView(Seen):
    code: str = Field(examples=["en"])
    level: str = Field(examples=["C1"])


class OverlapNeededView(Seen):
    """Minutes of 09:00–17:00 that must be shared with `timezone`."""

    timezone: str
    minutes: int


class RequirementsView(Seen):
    """What a trainer must bring. Specialties and skills are shown as they are matched."""

    credentials: list[str]
    specialties: list[str]
    skills: list[str]
    languages: list[LanguageNeededView]
    countries: list[str]
    timezone_overlap: OverlapNeededView | None


class PositionView(Seen):
    """Seats to fill."""

    id: UUID
    project_id: UUID
    title: str
    domain: str
    seats: int
    seats_taken: int
    requirements: RequirementsView
    bill_rate_cap: MoneySeen
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    purchase_order: str | None


class ProjectView(Seen):
    """A project with its positions, oldest first. States: draft, open, paused, closed."""

    id: UUID
    title: str
    brief: str
    state: ProjectState
    budget: MoneySeen | None
    positions: list[PositionView]
    created_at: datetime
    published_at: datetime | None


class ProjectSummaryView(Seen):
    """A project in a list, with the number of its positions and seats."""

    id: UUID
    title: str
    state: ProjectState
    budget: MoneySeen | None
    positions: int
    seats: int
    seats_taken: int
    created_at: datetime
    published_at: datetime | None


def project_view(project: PostedProject) -> ProjectView:
    return ProjectView(
        id=project.id,
        title=project.title,
        brief=project.brief,
        state=project.state,
        budget=_money(project.budget),
        positions=[position_view(each) for each in project.positions],
        created_at=project.created_at,
        published_at=project.published_at,
    )


def summary_view(project: ProjectSummary) -> ProjectSummaryView:
    return ProjectSummaryView(
        id=project.id,
        title=project.title,
        state=project.state,
        budget=_money(project.budget),
        positions=project.positions,
        seats=project.seats,
        seats_taken=project.seats_taken,
        created_at=project.created_at,
        published_at=project.published_at,
    )


def position_view(position: PostedPosition) -> PositionView:
    facts, cap = position.facts, position.bill_rate_cap
    return PositionView(
        id=facts.id,
        project_id=facts.project_id,
        title=facts.title,
        domain=facts.domain,
        seats=facts.seats,
        seats_taken=facts.seats_taken,
        requirements=_requirements(facts.requirements),
        bill_rate_cap=MoneySeen(minor=cap.minor, currency=cap.currency),
        weekly_minutes=facts.weekly_minutes,
        total_minutes=facts.total_minutes,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        purchase_order=facts.purchase_order,
    )


def _money(amount: Money | None) -> MoneySeen | None:
    return MoneySeen(minor=amount.minor, currency=amount.currency) if amount else None


def _requirements(asked: Requirements) -> RequirementsView:
    overlap = asked.timezone_overlap
    return RequirementsView(
        credentials=list(asked.credentials),
        specialties=list(asked.specialties),
        skills=list(asked.skills),
        languages=[
            LanguageNeededView(code=each.code, level=LEVEL_CODES[each.level])
            for each in asked.languages
        ],
        countries=list(asked.countries),
        timezone_overlap=OverlapNeededView(timezone=overlap.timezone, minutes=overlap.minutes)
        if overlap
        else None,
    )
