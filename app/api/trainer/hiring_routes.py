"""Applications, offers and engagements, from the trainer's side."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.api.door import Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller
from app.api.trainer.inputs.hiring import Apply
from app.api.trainer.views.hiring import (
    AcceptedOfferView,
    ApplicationView,
    EngagementView,
    OfferView,
    accepted_view,
    application_view,
    engagement_view,
    offer_view,
)
from app.engagements import for_trainers as engagements
from app.engagements import opening
from app.hiring import answering, applying
from app.hiring import for_trainers as hiring

ROUTER = router("hiring")


@ROUTER.put(
    "/applications/{application_id}",
    operation_id="apply",
    status_code=201,
    responses={200: {"model": ApplicationView, "description": "It was there already."}},
)
async def apply(
    application_id: UUID,
    said: Apply,
    *,
    response: Response,
    caller: Caller,
    session: Session,
    now: Now,
) -> ApplicationView:
    """Apply for an open position. You mint the id (a UUID), so that a retry does nothing twice.

    The same id and body answer the current application with 200; another body is 409
    `already_used`. 409 `requirements_not_met` lists in `errors` each requirement that your
    profile does not meet; a claimed credential is enough to apply.
    """
    new = await applying.apply(session, caller, application_id, said.wish(), now=now)
    response.status_code = 201 if new else 200
    return application_view(await hiring.get_application(session, caller, application_id))


@ROUTER.get(
    "/applications", operation_id="list_applications", response_model=Listed[ApplicationView]
)
async def list_applications(
    request: Request, caller: Caller, session: Session, page: PageAsked
) -> dict[str, Any]:
    """Your applications, newest first. A declined one says why."""
    return listed(request, await hiring.list_applications(session, caller, page), application_view)


@ROUTER.post("/applications/{application_id}/withdraw", operation_id="withdraw_application")
async def withdraw_application(
    application_id: UUID, caller: Caller, session: Session, now: Now
) -> ApplicationView:
    """Take an application back. An open offer for it is declined by that."""
    await applying.withdraw(session, caller, application_id, now=now)
    return application_view(await hiring.get_application(session, caller, application_id))


@ROUTER.get("/offers", operation_id="list_offers", response_model=Listed[OfferView])
async def list_offers(
    request: Request, caller: Caller, session: Session, now: Now, page: PageAsked
) -> dict[str, Any]:
    """Offers to you in every state, newest first. One that is `sent` waits for your answer."""
    return listed(request, await hiring.list_offers(session, caller, page, now=now), offer_view)


@ROUTER.post(
    "/offers/{offer_id}/accept",
    operation_id="accept_offer",
    status_code=201,
    responses={200: {"model": AcceptedOfferView, "description": "It was accepted before."}},
)
async def accept_offer(
    offer_id: UUID, response: Response, caller: Caller, session: Session, now: Now
) -> AcceptedOfferView:
    """Accept an offer: you have the seat and can log hours from its first day on.

    Needs verified, unexpired credentials (409 `credential_not_verified` says which, and what to
    do) and a free seat (409 `seats_taken`). A second acceptance answers the same engagement.
    """
    opened = await opening.open_from_offer(session, caller, offer_id, now=now)
    response.status_code = 201 if opened.new else 200
    return accepted_view(
        await hiring.get_offer(session, caller, offer_id, now=now),
        await engagements.get_engagement(session, caller, opened.engagement_id, now=now),
    )


@ROUTER.post("/offers/{offer_id}/decline", operation_id="decline_offer")
async def decline_offer(offer_id: UUID, caller: Caller, session: Session, now: Now) -> OfferView:
    """Decline an offer. You stay on the company's shortlist; it may offer again."""
    await answering.decline(session, caller, offer_id, now=now)
    return offer_view(await hiring.get_offer(session, caller, offer_id, now=now))


@ROUTER.get("/engagements", operation_id="list_engagements", response_model=Listed[EngagementView])
async def list_engagements(
    request: Request, caller: Caller, session: Session, now: Now, page: PageAsked
) -> dict[str, Any]:
    """Where you work or worked, newest first."""
    found = await engagements.list_engagements(session, caller, page, now=now)
    return listed(request, found, engagement_view)


@ROUTER.get("/engagements/{engagement_id}", operation_id="get_engagement")
async def get_engagement(
    engagement_id: UUID, caller: Caller, session: Session, now: Now
) -> EngagementView:
    """One engagement with the rate and the minutes that hold now."""
    return engagement_view(
        await engagements.get_engagement(session, caller, engagement_id, now=now)
    )
