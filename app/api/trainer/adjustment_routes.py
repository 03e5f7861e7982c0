"""Lines that were added to a trainer's approved time."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.api.door import Language, Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller
from app.api.trainer.inputs.adjustments import AnswerCorrection, ClaimExpense
from app.api.trainer.views.adjustments import AdjustmentView, adjustment_view
from app.domain.adjustments import AdjustmentState
from app.timesheets import claiming, for_trainers, settling

ROUTER = router("time")


@ROUTER.get("/adjustments", operation_id="list_adjustments", response_model=Listed[AdjustmentView])
async def list_adjustments(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    page: PageAsked,
    language: Language,
    state: AdjustmentState | None = None,
) -> dict[str, Any]:
    """Everything that was added to your approved time, newest first, such as a bonus."""
    found = await for_trainers.list_adjustments(session, caller, page, state=state)
    return listed(request, found, lambda each: adjustment_view(each, language))


@ROUTER.put(
    "/engagements/{engagement_id}/expenses/{expense_id}",
    operation_id="claim_expense",
    status_code=201,
    responses={200: {"model": AdjustmentView, "description": "It was claimed already."}},
)
async def claim_expense(
    engagement_id: UUID,
    expense_id: UUID,
    said: ClaimExpense,
    *,
    response: Response,
    caller: Caller,
    session: Session,
    now: Now,
    language: Language,
) -> AdjustmentView:
    """Claim what you laid out for the work under an id that you mint (a UUID): a retry claims
    nothing twice. The company has five days to agree; without an answer operations decides, and
    nothing is lost. You get the whole sum."""
    done = await claiming.claim_expense(
        session, caller, engagement_id, expense_id, said.claim(), now=now
    )
    response.status_code = 201 if done.created else 200
    return adjustment_view(await for_trainers.with_sum(session, done.adjustment), language)


@ROUTER.post("/adjustments/{adjustment_id}/answer", operation_id="answer_correction")
async def answer_correction(
    adjustment_id: UUID,
    said: AnswerCorrection,
    *,
    caller: Caller,
    session: Session,
    now: Now,
    language: Language,
) -> AdjustmentView:
    """Consent to a correction that takes approved minutes away, or object: then operations decides,
    and without a decision nothing is taken. The same answer again changes nothing."""
    done = await settling.answer_correction(
        session, caller, adjustment_id, consent=said.consent, answer=said.answer, now=now
    )
    return adjustment_view(await for_trainers.with_sum(session, done), language)
