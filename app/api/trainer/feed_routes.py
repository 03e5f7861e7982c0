"""Positions that fit the trainer."""

from uuid import UUID

from fastapi import Request

from app.api import paging
from app.api.door import Language, Now, Session, router
from app.api.paging import RankAsked
from app.api.trainer.actor import Caller
from app.api.trainer.views import feed as views
from app.api.trainer.views.feed import FeedView, PositionView
from app.matching import feed

ROUTER = router("Feed")


@ROUTER.get("/feed", operation_id="list_feed")
async def list_feed(
    page: RankAsked,
    caller: Caller,
    session: Session,
    *,
    request: Request,
    now: Now,
    language: Language,
) -> FeedView:
    """Open positions that you may apply to, best first, each with a score and its reasons.

    The first page also lists near misses: positions that miss exactly one requirement, with what
    would open them. What you claim is enough to apply; `to_be_hired` names what must be verified
    before you can accept an offer.
    """
    found = await feed.list_feed(session, caller, page, now=now)
    listed = paging.ranked(request, found.page, lambda each: views.item_view(each, language))
    return FeedView(
        **listed, near_misses=[views.item_view(each, language) for each in found.near_misses]
    )


@ROUTER.get("/positions/{position_id}", operation_id="get_position")
async def get_position(
    position_id: UUID, caller: Caller, session: Session, now: Now, language: Language
) -> PositionView:
    """A position of a published project, with every requirement, met or not."""
    found = await feed.get_position(session, caller, position_id, now=now)
    return views.position_view(found, language)
