"""`limit` and `cursor` in, `{"items": […], "next_cursor": …}` out."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from app.domain.refusals import Kind, Refusal
from app.kit import paging
from app.kit.paging import Cut, Page, RankCut, RankPage

V = TypeVar("V")
T = TypeVar("T")


class CursorUnknown(Refusal):
    kind = Kind.MALFORMED
    en = "This cursor was not made for this list. Start again without a cursor."
    de = "Dieser Cursor gehört nicht zu dieser Liste. Beginnen Sie ohne Cursor von vorn."


class Listed(BaseModel, Generic[V]):
    """One page. `next_cursor` is null on the last one."""

    items: list[V]
    next_cursor: str | None


def _purpose(request: Request) -> str:
    return f"{request.scope.get('root_path', '')}{request.scope['path']}"


async def _read(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=paging.MOST, description="Items per page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=300, description="`next_cursor` of the page before.")
    ] = None,
) -> Cut:
    if cursor is None:
        return Cut(limit)
    key = request.app.state.runtime.settings.secret.get_secret_value()
    try:
        return Cut(limit, paging.decode(cursor, key=key, purpose=_purpose(request)))
    except paging.BadCursor:
        raise CursorUnknown from None


PageAsked = Annotated[Cut, Depends(_read)]


def listed(request: Request, page: Page[T], view: Callable[[T], Any]) -> dict[str, Any]:
    """A page as the door answers it; `view` turns a read model into this door's view."""
    key = request.app.state.runtime.settings.secret.get_secret_value()
    following = paging.encode(page.last, key=key, purpose=_purpose(request)) if page.last else None
    return {"items": [view(item) for item in page.items], "next_cursor": following}


async def _read_rank(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=paging.MOST, description="Items per page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=300, description="`next_cursor` of the page before.")
    ] = None,
) -> RankCut:
    if cursor is None:
        return RankCut(limit)
    key = request.app.state.runtime.settings.secret.get_secret_value()
    try:
        return RankCut(limit, paging.decode_rank(cursor, key=key, purpose=_purpose(request)))
    except paging.BadCursor:
        raise CursorUnknown from None


RankAsked = Annotated[RankCut, Depends(_read_rank)]


def ranked(request: Request, page: RankPage[T], view: Callable[[T], Any]) -> dict[str, Any]:
    """A page of a ranked list as the door answers it, best first."""
    key = request.app.state.runtime.settings.secret.get_secret_value()
    following = (
        paging.encode_rank(page.last, key=key, purpose=_purpose(request)) if page.last else None
    )
    return {"items": [view(item) for item in page.items], "next_cursor": following}
