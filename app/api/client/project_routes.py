"""A company's projects and positions."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api import paging
from app.api.client.actor import Caller
from app.api.client.inputs.projects import (
    AddPosition,
    ChangeBudget,
    PostProject,
    RequirementsSaid,
    UpdatePosition,
)
from app.api.client.views import projects as views
from app.api.client.views.projects import PositionView, ProjectSummaryView, ProjectView
from app.api.door import Now, Session, router
from app.api.paging import Listed, PageAsked
from app.api.words import MoneySaid
from app.domain.money import Money
from app.domain.requirements import LanguageNeed, OverlapNeed, Requirements
from app.domain.vocabulary import LEVELS
from app.domain.wording import normalise
from app.projects import posting, postings, publishing
from app.projects.posting import Asked, Changes

ROUTER = router("Projects")


@ROUTER.post("/projects", operation_id="create_project", status_code=201)
async def create_project(
    said: PostProject, caller: Caller, session: Session, now: Now
) -> ProjectView:
    """Start a project as a draft. Add positions, then publish it; until then nobody else sees it.

    A budget is in your company's currency; time that would go beyond it is kept and shown to you.
    """
    budget = _money(said.budget) if said.budget else None
    return views.project_view(
        await posting.create_project(
            session, caller, title=said.title, brief=said.brief, budget=budget, now=now
        )
    )


@ROUTER.get("/projects", operation_id="list_projects", response_model=Listed[ProjectSummaryView])
async def list_projects(
    request: Request, page: PageAsked, caller: Caller, session: Session
) -> dict[str, Any]:
    """Your company's projects, newest first."""
    found = await postings.list_projects(session, caller, page)
    return paging.listed(request, found, views.summary_view)


@ROUTER.get("/projects/{project_id}", operation_id="get_project")
async def get_project(project_id: UUID, caller: Caller, session: Session) -> ProjectView:
    """A project with its positions."""
    return views.project_view(await postings.get_project(session, caller, project_id))


@ROUTER.put("/projects/{project_id}/budget", operation_id="change_budget")
async def change_budget(
    project_id: UUID, said: ChangeBudget, caller: Caller, session: Session, now: Now
) -> ProjectView:
    """Raise or cut what the project may cost. Hours logged from now on count against it.

    Below what is spent already nothing is left, and what was logged is approved and billed as ever.
    """
    budget = _money(said.budget) if said.budget else None
    return views.project_view(
        await posting.change_budget(session, caller, project_id, budget, now=now)
    )


@ROUTER.post(
    "/projects/{project_id}/positions", operation_id="add_position", status_code=201
)  # fmt: skip
async def add_position(
    project_id: UUID, said: AddPosition, caller: Caller, session: Session, now: Now
) -> PositionView:
    """Add seats to fill. In an open project they are published at once, if nothing is missing."""
    return views.position_view(
        await posting.add_position(session, caller, project_id, _asked(said), now=now)
    )


@ROUTER.patch("/positions/{position_id}", operation_id="update_position")
async def update_position(
    position_id: UUID, said: UpdatePosition, caller: Caller, session: Session, now: Now
) -> PositionView:
    """Change parts of a position. Offers and engagements keep the terms they were made with.

    Once somebody was hired, requirements and domain stay (409 `requirements_settled`).
    """
    return views.position_view(
        await posting.update_position(session, caller, position_id, _changes(said), now=now)
    )


@ROUTER.post("/projects/{project_id}/publish", operation_id="publish_project")
async def publish_project(
    project_id: UUID, caller: Caller, session: Session, now: Now
) -> ProjectView:
    """Open a draft to trainers, or a paused project again.

    409 `project_incomplete` lists in `errors` everything that is missing, each with a pointer into
    the project or to the billing profile, a code and a sentence.
    """
    return views.project_view(
        await publishing.publish_project(session, caller, project_id, now=now)
    )


@ROUTER.post("/projects/{project_id}/pause", operation_id="pause_project")
async def pause_project(
    project_id: UUID, caller: Caller, session: Session, now: Now
) -> ProjectView:
    """Hide an open project from new trainers. Work that was agreed goes on; publish to resume."""
    return views.project_view(await publishing.pause_project(session, caller, project_id, now=now))


@ROUTER.post("/projects/{project_id}/close", operation_id="close_project")
async def close_project(
    project_id: UUID, caller: Caller, session: Session, now: Now
) -> ProjectView:
    """End a project for good: nobody is hired into it any more. Work that was agreed goes on."""
    return views.project_view(await publishing.close_project(session, caller, project_id, now=now))


def _money(said: MoneySaid) -> Money:
    return Money(said.minor, said.currency)


def _asked(said: AddPosition) -> Asked:
    return Asked(
        title=said.title,
        domain=said.domain,
        seats=said.seats,
        requirements=_requirements(said.requirements),
        bill_rate_cap=_money(said.bill_rate_cap),
        weekly_minutes=said.weekly_minutes,
        total_minutes=said.total_minutes,
        starts_on=said.starts_on,
        ends_on=said.ends_on,
        purchase_order=said.purchase_order,
    )


def _changes(said: UpdatePosition) -> Changes:
    changes = Changes()
    if said.title is not None:
        changes["title"] = said.title
    if said.domain is not None:
        changes["domain"] = said.domain
    if said.seats is not None:
        changes["seats"] = said.seats
    if said.requirements is not None:
        changes["requirements"] = _requirements(said.requirements)
    if said.bill_rate_cap is not None:
        changes["bill_rate_cap"] = _money(said.bill_rate_cap)
    if said.weekly_minutes is not None:
        changes["weekly_minutes"] = said.weekly_minutes
    if said.starts_on is not None:
        changes["starts_on"] = said.starts_on
    # Null empties these three, so what counts is whether they were sent.
    if "total_minutes" in said.model_fields_set:
        changes["total_minutes"] = said.total_minutes
    if "ends_on" in said.model_fields_set:
        changes["ends_on"] = said.ends_on
    if "purchase_order" in said.model_fields_set:
        changes["purchase_order"] = said.purchase_order
    return changes


def _requirements(said: RequirementsSaid) -> Requirements:
    """Each thing once, in the order said; of a language said twice, the higher level."""
    levels: dict[str, int] = {}
    for each in said.languages:
        levels[each.code] = max(LEVELS[each.level], levels.get(each.code, 0))
    overlap = said.timezone_overlap
    return Requirements(
        credentials=tuple(dict.fromkeys(said.credentials)),
        specialties=tuple(dict.fromkeys(map(normalise, said.specialties))),
        skills=tuple(dict.fromkeys(map(normalise, said.skills))),
        languages=tuple(LanguageNeed(code, level) for code, level in levels.items()),
        countries=tuple(dict.fromkeys(said.countries)),
        timezone_overlap=OverlapNeed(overlap.timezone, overlap.minutes) if overlap else None,
    )
