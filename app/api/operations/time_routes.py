"""Hours beyond a cap, for operations."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.door import Now, Session, router
from app.api.operations.actor import Caller
from app.api.operations.inputs.time import DecideOverCap
from app.api.operations.views.time import OverCapView, over_cap_view
from app.api.paging import Listed, PageAsked, listed
from app.timesheets import deciding, for_operations

ROUTER = router("time")


@ROUTER.get("/over-cap", operation_id="list_over_cap", response_model=Listed[OverCapView])
async def list_over_cap(
    request: Request, caller: Caller, session: Session, now: Now, page: PageAsked
) -> dict[str, Any]:
    """Hours that you may decide about, newest first: beyond a trainer's week, or beyond a cap of
    a company that let the deadline pass."""
    found = await for_operations.list_over_cap(session, caller, page, now=now)
    return listed(request, found, over_cap_view)


@ROUTER.post("/over-cap/{entry_id}/decision", operation_id="decide_over_cap")
async def decide_over_cap(
    entry_id: UUID, said: DecideOverCap, caller: Caller, session: Session, now: Now
) -> OverCapView:
    """Approve hours beyond a cap, or decline them with a reason that the trainer reads.

    Beyond a trainer's week, if the company's own cap is passed as well, they wait for the company
    next. In place of a company that stayed silent, they are paid at the platform's cost. Before
    the company's deadline this is 403 `decided_elsewhere`.
    """
    return over_cap_view(
        await deciding.decide_over_cap(session, caller, entry_id, said.as_decision(), now=now)
    )
