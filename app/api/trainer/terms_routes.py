"""Changes of your rate in an engagement."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.door import Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller
from app.api.trainer.views.terms import TermsChangeView, terms_change_view
from app.engagements import consenting
from app.engagements import for_trainers as engagements

ROUTER = router("hiring")


@ROUTER.get(
    "/engagements/{engagement_id}/terms-changes",
    operation_id="list_terms_changes",
    response_model=Listed[TermsChangeView],
)
async def list_terms_changes(
    engagement_id: UUID, request: Request, caller: Caller, session: Session, page: PageAsked
) -> dict[str, Any]:
    """Every change of your rate that was made or proposed, newest first. One that is `proposed`
    waits for you; without your consent your rate stays."""
    found = await engagements.list_terms_changes(session, caller, engagement_id, page)
    return listed(request, found, terms_change_view)


@ROUTER.post("/terms-changes/{terms_change_id}/consent", operation_id="consent_to_terms")
async def consent_to_terms(
    terms_change_id: UUID, caller: Caller, session: Session, now: Now
) -> TermsChangeView:
    """Agree to a proposed rate: it holds from `effective_at` on, and never for time before that.
    Again changes nothing."""
    await consenting.consent(session, caller, terms_change_id, now=now)
    return terms_change_view(await engagements.get_terms_change(session, caller, terms_change_id))


@ROUTER.post("/terms-changes/{terms_change_id}/decline", operation_id="decline_terms")
async def decline_terms(
    terms_change_id: UUID, caller: Caller, session: Session, now: Now
) -> TermsChangeView:
    """Say no to a proposed rate: yours stays as it is. Again changes nothing."""
    await consenting.decline(session, caller, terms_change_id, now=now)
    return terms_change_view(await engagements.get_terms_change(session, caller, terms_change_id))
