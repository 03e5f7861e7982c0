"""Lines that were added to a trainer's approved time."""

from typing import Any

from fastapi import Request

from app.api.door import Session, router
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller
from app.api.trainer.views.adjustments import AdjustmentView, adjustment_view
from app.domain.adjustments import AdjustmentState
from app.timesheets import for_trainers

ROUTER = router("time")


@ROUTER.get("/adjustments", operation_id="list_adjustments", response_model=Listed[AdjustmentView])
async def list_adjustments(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    page: PageAsked,
    state: AdjustmentState | None = None,
) -> dict[str, Any]:
    """Everything that was added to your approved time, newest first, such as a bonus."""
    found = await for_trainers.list_adjustments(session, caller, page, state=state)
    return listed(request, found, adjustment_view)
