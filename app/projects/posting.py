"""A company posts projects and positions, and changes them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import queries as companies
from app.domain import vocabulary
from app.domain.actor import ClientActor
from app.domain.credential_types import TYPES
from app.domain.errands import Errand
from app.domain.money import Money
from app.domain.notices import Kind
from app.domain.permissions import Permission, require
from app.domain.projects import ProjectState
from app.domain.refusals import FieldProblem, InvalidValues
from app.domain.requirements import Requirements
from app.kit import queue
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from app.projects import postings, pricing, publishing
from app.projects.bill_terms import ProjectBillTerms
from app.projects.postings import PostedPosition, PostedProject
from app.projects.pricing import Priced
from app.projects.refusals import ProjectClosed, RequirementsSettled
from app.projects.tables import Position, Project


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole position as its company wants it."""

    title: str
    domain: str
    seats: int
    requirements: Requirements
    bill_rate_cap: Money
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    purchase_order: str | None


class Changes(TypedDict, total=False):
    """Those parts of `Asked` that change."""

    title: str
    domain: str
    seats: int
    requirements: Requirements
    bill_rate_cap: Money
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    purchase_order: str | None


async def create_project(
    session: AsyncSession,
    actor: ClientActor,
    *,
    title: str,
    brief: str,
    budget: Money | None,
    now: datetime,
) -> PostedProject:
    """Start a draft. Raises NotAllowed, InvalidValues for a budget in another currency."""
    require(actor, Permission.WRITE_PROJECTS)
    currency = (await companies.get_company(session, actor.company_id)).currency
    if budget is not None and budget.currency != currency:
        raise InvalidValues(errors=[_currency("#/budget/currency", currency)])
    project = Project(
        id=new_id(),
        company_id=actor.company_id,
        title=title,
        brief=brief,
        state=ProjectState.DRAFT,
        created_at=now,
    )
    session.add(project)
    await session.flush()
    session.add(
        ProjectBillTerms(
            project_id=project.id,
            budget_minor=budget.minor if budget else None,
            currency=currency,
        )
    )
    await publishing.record(session, project.id, "create", ProjectState.DRAFT, actor, now=now)
    return await postings.posted(session, actor.company_id, project.id)


async def change_budget(
    session: AsyncSession,
    actor: ClientActor,
    project_id: UUID,
    budget: Money | None,
    *,
    now: datetime,
) -> PostedProject:
    """Raise or cut a project's budget, or take it away (None); hours logged from now on read it.

    A budget below what is spent leaves nothing, and what was logged stays. Raises NotAllowed,
    NotFound, ProjectClosed, InvalidValues for another currency.
    """
    require(actor, Permission.WRITE_PROJECTS)
    state = await publishing.locked_state(session, actor.company_id, project_id)
    if state is ProjectState.CLOSED:
        raise ProjectClosed
    currency = (await companies.get_company(session, actor.company_id)).currency
    if budget is not None and budget.currency != currency:
        raise InvalidValues(errors=[_currency("#/budget/currency", currency)])
    await session.execute(
        update(ProjectBillTerms)
        .where(ProjectBillTerms.project_id == project_id)
        .values(budget_minor=budget.minor if budget else None)
    )
    await publishing.record(session, project_id, "change_budget", state, actor, now=now)
    to = telling.company(actor.company_id, Permission.WRITE_PROJECTS)
    news = News(Kind.BUDGET_CHANGED, project_id, to, stage=now.isoformat())
    await telling.tell(session, news, now=now)
    await _leave_word(session, project_id=project_id)
    return await postings.posted(session, actor.company_id, project_id)


async def add_position(
    session: AsyncSession, actor: ClientActor, project_id: UUID, asked: Asked, *, now: datetime
) -> PostedPosition:
    """Add a position; in an open project it is published at once.

    Raises NotAllowed, NotFound, ProjectClosed, InvalidValues, and ProjectIncomplete when the
    project is open and the position could not be published.
    """
    require(actor, Permission.WRITE_PROJECTS)
    state = await publishing.locked_state(session, actor.company_id, project_id)
    await _check(session, actor.company_id, state, asked, seats_taken=0)
    row = Position(
        id=new_id(),
        project_id=project_id,
        company_id=actor.company_id,
        seats_taken=0,
        created_at=now,
        **_columns(asked),
    )
    session.add(row)
    await session.flush()
    await pricing.price(session, _priced(row.id, actor.company_id, asked), now=now)
    position = await postings.posted_position(session, actor.company_id, row.id)
    if state is ProjectState.OPEN:
        await publishing.check_position(session, actor.company_id, position, new=True, now=now)
    return position


async def update_position(
    session: AsyncSession,
    actor: ClientActor,
    position_id: UUID,
    changes: Changes,
    *,
    now: datetime,
) -> PostedPosition:
    """Change what `changes` names; offers and engagements keep the terms they were made with.

    Raises NotAllowed, NotFound, ProjectClosed, InvalidValues, RequirementsSettled once somebody
    was hired, and ProjectIncomplete when the project is open and could not be published so.
    """
    require(actor, Permission.WRITE_PROJECTS)
    before = await postings.posted_position(session, actor.company_id, position_id)
    project_id = before.facts.project_id
    state = await publishing.locked_state(session, actor.company_id, project_id)
    # A seat may be taken meanwhile: hold the position before deciding on what it has.
    await session.execute(select(Position.id).where(Position.id == position_id).with_for_update())
    before = await postings.posted_position(session, actor.company_id, position_id)
    was = _asked(before)
    asked = replace(was, **changes)
    settled = before.facts.seats_taken > 0
    if settled and (asked.requirements, asked.domain) != (was.requirements, was.domain):
        raise RequirementsSettled
    await _check(session, actor.company_id, state, asked, seats_taken=before.facts.seats_taken)
    await session.execute(
        update(Position).where(Position.id == position_id).values(**_columns(asked))
    )
    await pricing.price(session, _priced(position_id, actor.company_id, asked), now=now)
    after = await postings.posted_position(session, actor.company_id, position_id)
    if state is ProjectState.OPEN:
        await publishing.check_position(session, actor.company_id, after, new=False, now=now)
    if asked.total_minutes != was.total_minutes:
        to = telling.company(actor.company_id, Permission.WRITE_PROJECTS)
        news = News(Kind.POSITION_CHANGED, position_id, to, stage=now.isoformat())
        await telling.tell(session, news, now=now)
        await _leave_word(session, position_id=position_id)
    return after


async def _leave_word(session: AsyncSession, **where: UUID) -> None:
    """Who is at work there is known to a later room."""
    ids = {key: str(value) for key, value in where.items()}
    await queue.enqueue(session, Errand.TELL_ROOM_CHANGED, {**ids, "change_id": str(new_id())})


async def _check(
    session: AsyncSession,
    company_id: UUID,
    state: ProjectState,
    asked: Asked,
    *,
    seats_taken: int,
) -> None:
    if state is ProjectState.CLOSED:
        raise ProjectClosed
    currency = (await companies.get_company(session, company_id)).currency
    found = [*_values(asked, currency), *_unknown(asked)]
    if asked.seats < seats_taken:
        found.append(
            FieldProblem(
                "#/seats",
                "below_seats_taken",
                f"{seats_taken} seats are taken already; there cannot be fewer.",
                f"{seats_taken} Plätze sind schon vergeben; weniger geht nicht.",
            )
        )
    if found:
        raise InvalidValues(errors=found)


def _values(asked: Asked, currency: str) -> Iterator[FieldProblem]:
    if asked.bill_rate_cap.currency != currency:
        yield _currency("#/bill_rate_cap/currency", currency)
    if asked.ends_on is not None and asked.ends_on < asked.starts_on:
        yield FieldProblem(
            "#/ends_on",
            "ends_before_start",
            "The last day lies before the first.",
            "Der letzte Tag liegt vor dem ersten.",
        )


def _unknown(asked: Asked) -> Iterator[FieldProblem]:
    """Words that stand in no vocabulary would match nobody for ever."""
    if asked.domain not in vocabulary.DOMAINS:
        yield _not_in("#/domain", vocabulary.DOMAINS)
    for index, type_ in enumerate(asked.requirements.credentials):
        if type_ not in TYPES:
            yield _not_in(f"#/requirements/credentials/{index}", TYPES)
    for index, country in enumerate(asked.requirements.countries):
        if country not in vocabulary.COUNTRIES:
            yield _not_in(f"#/requirements/countries/{index}", ("ISO 3166-1 alpha-2",))


def _not_in(pointer: str, known: Iterable[str]) -> FieldProblem:
    keys = ", ".join(known)
    return FieldProblem(
        pointer,
        "unknown_key",
        f"This is none of the known keys; see list_vocabularies: {keys}.",
        f"Das ist keiner der bekannten Schlüssel; siehe list_vocabularies: {keys}.",
    )


def _currency(pointer: str, currency: str) -> FieldProblem:
    return FieldProblem(
        pointer,
        "currency_differs",
        f"All money of your company is in {currency}.",
        f"Alles Geld Ihrer Firma ist in {currency}.",
    )


def _columns(asked: Asked) -> dict[str, Any]:
    """The row's columns: everything but the money."""
    return {
        "title": asked.title,
        "domain": asked.domain,
        "seats": asked.seats,
        "requirements": asked.requirements.to_stored(),
        "weekly_minutes": asked.weekly_minutes,
        "total_minutes": asked.total_minutes,
        "starts_on": asked.starts_on,
        "ends_on": asked.ends_on,
        "purchase_order": asked.purchase_order,
    }


def _asked(position: PostedPosition) -> Asked:
    facts = position.facts
    return Asked(
        title=facts.title,
        domain=facts.domain,
        seats=facts.seats,
        requirements=facts.requirements,
        bill_rate_cap=position.bill_rate_cap,
        weekly_minutes=facts.weekly_minutes,
        total_minutes=facts.total_minutes,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        purchase_order=facts.purchase_order,
    )


def _priced(position_id: UUID, company_id: UUID, asked: Asked) -> Priced:
    return Priced(
        position_id,
        company_id,
        asked.domain,
        asked.requirements.countries,
        asked.bill_rate_cap,
    )
