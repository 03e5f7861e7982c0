"""Applications, offers and engagements, from the company's side."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.client.actor import Caller
from app.api.client.inputs.hiring import (
    ChangeLimit,
    DeclineApplication,
    EndEngagement,
    MakeOffer,
)
from app.api.client.views.hiring import (
    ApplicationView,
    EngagementView,
    OfferView,
    application_view,
    engagement_view,
    offer_view,
)
from app.api.door import Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.engagements import ending, limiting, pausing
from app.engagements import for_companies as engagements
from app.hiring import deciding, offering
from app.hiring import for_companies as hiring

ROUTER = router("hiring")


@ROUTER.get(
    "/positions/{position_id}/applications",
    operation_id="list_applications",
    response_model=Listed[ApplicationView],
)
async def list_applications(
    position_id: UUID, request: Request, caller: Caller, session: Session, page: PageAsked
) -> dict[str, Any]:
    """Who applied for a position of yours, newest first.

    `asking_bill_rate` is what an hour would cost you at the rate that the trainer asks. Answer
    each by its `decide_by_at`: shortlist it, make an offer, or decline it with a reason.
    """
    found = await hiring.list_applications(session, caller, position_id, page)
    return listed(request, found, application_view)


@ROUTER.post("/applications/{application_id}/shortlist", operation_id="shortlist_application")
async def shortlist_application(
    application_id: UUID, caller: Caller, session: Session, now: Now
) -> ApplicationView:
    """Put a submitted application on your shortlist. The trainer sees that you did."""
    await deciding.shortlist(session, caller, application_id, now=now)
    return application_view(await hiring.get_application(session, caller, application_id))


@ROUTER.post("/applications/{application_id}/decline", operation_id="decline_application")
async def decline_application(
    application_id: UUID, said: DeclineApplication, caller: Caller, session: Session, now: Now
) -> ApplicationView:
    """Decline an application. The trainer reads the reason and your sentence.

    An open offer must be withdrawn first.
    """
    await deciding.decline(
        session,
        caller,
        application_id,
        reason=said.reason_code,
        explanation=said.explanation,
        now=now,
    )
    return application_view(await hiring.get_application(session, caller, application_id))


@ROUTER.post("/applications/{application_id}/offers", operation_id="make_offer", status_code=201)
async def make_offer(
    application_id: UUID, said: MakeOffer, caller: Caller, session: Session, now: Now
) -> OfferView:
    """Make an offer to somebody who applied; an earlier shortlist is not needed.

    One offer at a time is open per application. It takes a seat only when the trainer accepts it.
    Refused with 422 `bill_rate_above_cap` above the position's or the platform's cap.
    """
    offer_id = await offering.make_offer(session, caller, application_id, said.terms(), now=now)
    return offer_view(await hiring.get_offer(session, caller, offer_id, now=now))


@ROUTER.post("/offers/{offer_id}/withdraw", operation_id="withdraw_offer")
async def withdraw_offer(offer_id: UUID, caller: Caller, session: Session, now: Now) -> OfferView:
    """Take an open offer back. The application is on your shortlist again."""
    await offering.withdraw_offer(session, caller, offer_id, now=now)
    return offer_view(await hiring.get_offer(session, caller, offer_id, now=now))


@ROUTER.get("/engagements", operation_id="list_engagements", response_model=Listed[EngagementView])
async def list_engagements(
    request: Request, caller: Caller, session: Session, now: Now, page: PageAsked
) -> dict[str, Any]:
    """Who works or worked for you, newest first."""
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


@ROUTER.post("/engagements/{engagement_id}/limits", operation_id="change_limit")
async def change_limit(
    engagement_id: UUID, said: ChangeLimit, caller: Caller, session: Session, now: Now
) -> EngagementView:
    """Raise or cut the minutes of an engagement.

    More weekly minutes hold at once, for the whole pay week; fewer from the next pay week on, see
    `coming_limits`. A total holds at once: what is worked beyond it already stays and is paid,
    and nothing is left. The trainer sees it in her engagement and in her allowance.
    """
    await limiting.change_limit(session, caller, engagement_id, said.change(), now=now)
    return engagement_view(
        await engagements.get_engagement(session, caller, engagement_id, now=now)
    )


@ROUTER.post("/engagements/{engagement_id}/pause", operation_id="pause_engagement")
async def pause_engagement(
    engagement_id: UUID, caller: Caller, session: Session, now: Now
) -> EngagementView:
    """Take no new time from now on. A running timer is closed at this moment with what it has.

    What was worked before may still be logged and is approved as ever. The seat stays taken.
    """
    await pausing.pause(session, caller, engagement_id, now=now)
    return engagement_view(
        await engagements.get_engagement(session, caller, engagement_id, now=now)
    )


@ROUTER.post("/engagements/{engagement_id}/resume", operation_id="resume_engagement")
async def resume_engagement(
    engagement_id: UUID, caller: Caller, session: Session, now: Now
) -> EngagementView:
    """Let a paused engagement go on: new time may be worked from now on."""
    await pausing.resume(session, caller, engagement_id, now=now)
    return engagement_view(
        await engagements.get_engagement(session, caller, engagement_id, now=now)
    )


@ROUTER.post("/engagements/{engagement_id}/end", operation_id="end_engagement")
async def end_engagement(
    engagement_id: UUID, said: EndEngagement, caller: Caller, session: Session, now: Now
) -> EngagementView:
    """End an engagement at once. Hours worked until now are approved and billed as ever.

    Its seat is free again; the trainer reads the reason and your sentence.
    """
    await ending.end(
        session,
        caller,
        engagement_id,
        reason=said.reason_code,
        explanation=said.explanation,
        now=now,
    )
    return engagement_view(
        await engagements.get_engagement(session, caller, engagement_id, now=now)
    )
