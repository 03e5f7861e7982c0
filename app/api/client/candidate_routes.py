"""Who fits a position, and why."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api import paging
from app.api.client.actor import Caller
from app.api.client.views import candidates as views
from app.api.client.views.candidates import CandidateExplanationView, CandidateView
from app.api.door import Language, Now, Session, router
from app.api.paging import Listed, RankAsked
from app.matching import ranking

ROUTER = router("Candidates")


@ROUTER.get(
    "/positions/{position_id}/candidates",
    operation_id="list_candidates",
    response_model=Listed[CandidateView],
)
async def list_candidates(
    position_id: UUID,
    page: RankAsked,
    caller: Caller,
    session: Session,
    *,
    request: Request,
    now: Now,
    language: Language,
) -> dict[str, Any]:
    """Trainers who meet every requirement and could be hired today, best first.

    Each comes with a score and its reasons. Factors and weights are the same for everybody; no
    reason uses a protected attribute. The cursor holds a place in the ranking: what changes between
    two pages may move a trainer across it.
    """
    found = await ranking.list_candidates(session, caller, position_id, page, now=now)
    return paging.ranked(request, found, lambda each: views.candidate_view(each, language))


@ROUTER.get(
    "/positions/{position_id}/candidates/{trainer_id}", operation_id="explain_candidate"
)  # fmt: skip
async def explain_candidate(
    position_id: UUID,
    trainer_id: UUID,
    caller: Caller,
    session: Session,
    *,
    now: Now,
    language: Language,
) -> CandidateExplanationView:
    """Whether a trainer could be hired today: every requirement, met or not, in words."""
    found = await ranking.explain_candidate(session, caller, position_id, trainer_id, now=now)
    return views.explanation_view(found, language)
