"""Contested hours, for operations."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.door import Now, Session, router
from app.api.operations.actor import Caller
from app.api.operations.inputs.contests import DecideContest
from app.api.operations.views.contests import ContestView, contest_view
from app.api.paging import Listed, PageAsked, listed
from app.timesheets import for_operations, judging

ROUTER = router("time")


@ROUTER.get("/contests", operation_id="list_contests", response_model=Listed[ContestView])
async def list_contests(
    request: Request, caller: Caller, session: Session, page: PageAsked
) -> dict[str, Any]:
    """Contested hours that wait for your decision, the nearest deadline first."""
    return listed(request, await for_operations.list_contests(session, caller, page), contest_view)


@ROUTER.post("/contests/{contest_id}/decision", operation_id="decide_contest")
async def decide_contest(
    contest_id: UUID, said: DecideContest, caller: Caller, session: Session, now: Now
) -> ContestView:
    """Approve contested hours, or decline them. Only reasons about time count: the quality of the
    work never voids hours.

    After `decide_by_at` declining is 409 `decision_too_late`: the clock approves them. The same
    decision again changes nothing.
    """
    return contest_view(
        await judging.decide_contest(session, caller, contest_id, said.judgement(), now=now)
    )
