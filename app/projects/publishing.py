"""Publishing, pausing and closing a project."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import queries as companies
from app.domain import publishing, rate_caps
from app.domain.actor import ClientActor, describe
from app.domain.lifecycles import step
from app.domain.permissions import Permission, require
from app.domain.projects import MOVES, ProjectEvent, ProjectState
from app.domain.publishing import Payer, Posted
from app.domain.refusals import NotFound
from app.kit.ids import new_id
from app.projects import postings, pricing, rate_cards
from app.projects.postings import PostedPosition, PostedProject
from app.projects.pricing import Priced
from app.projects.rate_cards import RateBook
from app.projects.refusals import ProjectIncomplete
from app.projects.tables import Project, ProjectStep


async def publish_project(
    session: AsyncSession, actor: ClientActor, project_id: UUID, *, now: datetime
) -> PostedProject:
    """Open a draft, or a paused project again, to trainers.

    Raises NotAllowed, NotFound, IllegalMove, and ProjectIncomplete with everything that is missing.
    """
    require(actor, Permission.WRITE_PROJECTS)
    before = await locked_state(session, actor.company_id, project_id)
    after = step("project", MOVES, before, ProjectEvent.PUBLISH)
    project = await postings.posted(session, actor.company_id, project_id)
    first_time = before is ProjectState.DRAFT
    book = await rate_cards.book_at(session, now)
    positions = [
        _posted(each, f"#/positions/{index}", book, first_time=first_time)
        for index, each in enumerate(project.positions)
    ]
    await _refuse_incomplete(session, project, actor.company_id, positions, now=now)
    for each in project.positions:
        # Fees and rate cards may have changed since the position was written.
        await pricing.price(session, _priced(each), now=now)
    await session.execute(
        update(Project)
        .where(Project.id == project_id)
        .values(state=after, published_at=project.published_at or now)
    )
    await record(session, project_id, ProjectEvent.PUBLISH, after, actor, now=now)
    return await postings.posted(session, actor.company_id, project_id)


async def pause_project(
    session: AsyncSession, actor: ClientActor, project_id: UUID, *, now: datetime
) -> PostedProject:
    """Hide an open project from trainers who are not in it yet; publish it to resume.

    Raises NotAllowed, NotFound, IllegalMove.
    """
    return await _move(session, actor, project_id, ProjectEvent.PAUSE, now=now)


async def close_project(
    session: AsyncSession, actor: ClientActor, project_id: UUID, *, now: datetime
) -> PostedProject:
    """End a project for good: nobody is hired into it any more. Work that was agreed goes on.

    Raises NotAllowed, NotFound, IllegalMove.
    """
    return await _move(session, actor, project_id, ProjectEvent.CLOSE, now=now)


async def locked_state(session: AsyncSession, company_id: UUID, project_id: UUID) -> ProjectState:
    """The state of a company's project, which nobody else changes until this transaction ends.

    Raises NotFound.
    """
    state = await session.scalar(
        select(Project.state)
        .where(Project.id == project_id, Project.company_id == company_id)
        .with_for_update()
    )
    if state is None:
        raise NotFound
    return ProjectState(state)


async def check_position(
    session: AsyncSession, company_id: UUID, position: PostedPosition, *, new: bool, now: datetime
) -> None:
    """Raise ProjectIncomplete unless a position of an open project may be published as it is."""
    project = await postings.posted(session, company_id, position.facts.project_id)
    book = await rate_cards.book_at(session, now)
    posted = [_posted(position, "#", book, first_time=new)]
    await _refuse_incomplete(session, project, company_id, posted, now=now)


async def record(
    session: AsyncSession,
    project_id: UUID,
    event: str,
    state: ProjectState,
    actor: ClientActor,
    *,
    now: datetime,
) -> None:
    """Append to the project's history."""
    session.add(
        ProjectStep(
            id=new_id(),
            project_id=project_id,
            event=event,
            state=state,
            actor=describe(actor),
            at=now,
        )
    )
    await session.flush()


async def _move(
    session: AsyncSession, actor: ClientActor, project_id: UUID, event: ProjectEvent, *,
    now: datetime,
) -> PostedProject:  # fmt: skip
    require(actor, Permission.WRITE_PROJECTS)
    before = await locked_state(session, actor.company_id, project_id)
    after = step("project", MOVES, before, event)
    await session.execute(update(Project).where(Project.id == project_id).values(state=after))
    await record(session, project_id, event, after, actor, now=now)
    return await postings.posted(session, actor.company_id, project_id)


async def _refuse_incomplete(
    session: AsyncSession,
    project: PostedProject,
    company_id: UUID,
    positions: Sequence[Posted],
    *,
    now: datetime,
) -> None:
    missing = publishing.missing(
        payer=await _payer(session, company_id),
        budget=project.budget,
        positions=positions,
        on=now.date(),
    )
    if missing:
        raise ProjectIncomplete(errors=missing)


async def _payer(session: AsyncSession, company_id: UUID) -> Payer | None:
    billing = await companies.get_billing(session, company_id)
    if billing is None:
        return None
    address = billing.address
    return Payer(
        (address.line1, address.city, address.postal_code, address.country),
        billing.vat_id,
        billing.tax_treatment,
    )


def _posted(position: PostedPosition, pointer: str, book: RateBook, *, first_time: bool) -> Posted:
    facts, cap = position.facts, position.bill_rate_cap
    highest = rate_caps.highest(
        book.caps(facts.domain, band, cap.currency)
        for band in rate_caps.bands_of(facts.requirements.countries)
    )
    return Posted(
        pointer=pointer,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        bill_cap=cap,
        card_bill_cap_minor=highest.bill_cap_minor,
        first_time=first_time,
    )


def _priced(position: PostedPosition) -> Priced:
    facts = position.facts
    return Priced(
        facts.id,
        facts.company_id,
        facts.domain,
        facts.requirements.countries,
        position.bill_rate_cap,
    )
