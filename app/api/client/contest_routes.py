"""Hours that the company contests, entry by entry."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.client.actor import Caller
from app.api.client.inputs.contests import ContestEntries
from app.api.client.views.contests import (
    ContestedTimesheetView,
    ContestView,
    contest_view,
    contested_timesheet_view,
)
from app.api.door import Language, Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.domain.contests import ContestState
from app.timesheets import contesting, for_companies

ROUTER = router("time")


@ROUTER.post("/timesheets/{timesheet_id}/contests", operation_id="contest_entries", status_code=201)
async def contest_entries(
    timesheet_id: UUID,
    said: ContestEntries,
    *,
    caller: Caller,
    session: Session,
    now: Now,
    language: Language,
) -> ContestedTimesheetView:
    """Contest single entries of a submitted timesheet, each for a reason about time. The rest of
    it is approved in the same moment; name all entries at once, for that ends the review.

    The trainer has five days to answer, then operations has five days to decide. Without a
    decision the hours are approved. You may withdraw until then. The same call again changes
    nothing.
    """
    sheet, found = await contesting.contest_entries(
        session, caller, timesheet_id, said.objections(), now=now
    )
    seen = await for_companies.with_amount(session, sheet)
    return contested_timesheet_view(seen, found, language)


@ROUTER.get("/contests", operation_id="list_contests", response_model=Listed[ContestView])
async def list_contests(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    page: PageAsked,
    language: Language,
    state: ContestState | None = None,
) -> dict[str, Any]:
    """Hours that your company contested, newest first, with the trainers' answers."""
    found = await for_companies.list_contests(session, caller, page, state=state)
    return listed(request, found, lambda contest: contest_view(contest, language))


@ROUTER.post("/contests/{contest_id}/withdraw", operation_id="withdraw_contest")
async def withdraw_contest(
    contest_id: UUID, caller: Caller, session: Session, now: Now, language: Language
) -> ContestView:
    """Take a contest back before it is decided: the hours are approved. Again changes nothing."""
    found = await contesting.withdraw_contest(session, caller, contest_id, now=now)
    return contest_view(found, language)
