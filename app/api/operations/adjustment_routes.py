"""Changes to approved time, for operations."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.api.door import Now, Session, router
from app.api.operations.actor import Caller
from app.api.operations.inputs.adjustments import ClawBack, CorrectHours, DecideAdjustment
from app.api.operations.views.adjustments import AdjustmentView, adjustment_view
from app.api.paging import Listed, PageAsked, listed
from app.timesheets import correcting, for_operations, settling

ROUTER = router("time")


@ROUTER.get("/adjustments", operation_id="list_adjustments", response_model=Listed[AdjustmentView])
async def list_adjustments(
    request: Request, caller: Caller, session: Session, page: PageAsked
) -> dict[str, Any]:
    """Expenses and corrections that wait for your decision, the nearest deadline first."""
    found = await for_operations.list_adjustments(session, caller, page)
    return listed(request, found, adjustment_view)


@ROUTER.post("/adjustments/{adjustment_id}/decision", operation_id="decide_adjustment")
async def decide_adjustment(
    adjustment_id: UUID, said: DecideAdjustment, caller: Caller, session: Session, now: Now
) -> AdjustmentView:
    """Approve or decline what one side asked for and the other did not agree to.

    An expense that you approve is paid at the platform's cost. A correction can take minutes away
    until `decide_by_at`; then 409 `too_late_to_take`. The same decision again changes nothing.
    """
    return adjustment_view(
        await settling.decide_adjustment(session, caller, adjustment_id, said.answer(), now=now)
    )


@ROUTER.put(
    "/engagements/{engagement_id}/corrections/{correction_id}",
    operation_id="correct_hours",
    status_code=201,
    responses={200: {"model": AdjustmentView, "description": "It was filed already."}},
)
async def correct_hours(
    engagement_id: UUID,
    correction_id: UUID,
    said: CorrectHours,
    *,
    response: Response,
    caller: Caller,
    session: Session,
    now: Now,
) -> AdjustmentView:
    """Correct approved minutes by a line of its own, more or fewer, by your decision and at once.
    Only reasons about time count."""
    done = await correcting.correct_hours(
        session, caller, engagement_id, correction_id, said.correction(), now=now
    )
    response.status_code = 201 if done.created else 200
    return adjustment_view(done.adjustment)


@ROUTER.put(
    "/engagements/{engagement_id}/clawbacks/{clawback_id}",
    operation_id="claw_back",
    status_code=201,
    responses={200: {"model": AdjustmentView, "description": "It was filed already."}},
)
async def claw_back(
    engagement_id: UUID,
    clawback_id: UUID,
    said: ClawBack,
    *,
    response: Response,
    caller: Caller,
    session: Session,
    now: Now,
) -> AdjustmentView:
    """Take money back by your decision, at once and never for quality: the company is credited, the
    trainer's next payouts are less by her part. Never more than the engagement has come to."""
    done = await correcting.claw_back(
        session, caller, engagement_id, clawback_id, said.clawback(), now=now
    )
    response.status_code = 201 if done.created else 200
    return adjustment_view(done.adjustment)
