"""Lines that a company adds to approved time."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.api.client.actor import Caller
from app.api.client.inputs.adjustments import CorrectHours, DecideExpense, GiveBonus
from app.api.client.views.adjustments import AdjustmentView, adjustment_view
from app.api.door import Language, Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.domain.adjustments import AdjustmentState
from app.timesheets import correcting, for_companies, giving, settling

ROUTER = router("time")


@ROUTER.put(
    "/engagements/{engagement_id}/bonuses/{bonus_id}",
    operation_id="give_bonus",
    status_code=201,
    responses={200: {"model": AdjustmentView, "description": "It was given already."}},
)
async def give_bonus(
    engagement_id: UUID,
    bonus_id: UUID,
    said: GiveBonus,
    *,
    response: Response,
    caller: Caller,
    session: Session,
    now: Now,
    language: Language,
) -> AdjustmentView:
    """Give a trainer a bonus under an id that you mint (a UUID), so that a retry gives nothing
    twice: the same id and body answer the bonus as it stands (200), another body is 409
    `already_used`.

    It is approved with that, counts under the project's budget and your credit limit (409
    `budget_reached`, `credit_limit_reached`), and stands on your next invoice.
    """
    done = await giving.give_bonus(session, caller, engagement_id, bonus_id, said.bonus(), now=now)
    response.status_code = 201 if done.created else 200
    return adjustment_view(await for_companies.with_sum(session, done.adjustment), language)


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
    """Everything that was added to approved time, newest first."""
    found = await for_companies.list_adjustments(session, caller, page, state=state)
    return listed(request, found, lambda each: adjustment_view(each, language))


@ROUTER.post("/adjustments/{adjustment_id}/decision", operation_id="decide_expense")
async def decide_expense(
    adjustment_id: UUID,
    said: DecideExpense,
    *,
    caller: Caller,
    session: Session,
    now: Now,
    language: Language,
) -> AdjustmentView:
    """Agree to an expense that a trainer claims, or decline it with a reason. You are billed the
    very sum that she laid out.

    After `decide_by_at` it is for operations to decide. The same answer again changes nothing.
    """
    done = await settling.decide_expense(session, caller, adjustment_id, said.answer(), now=now)
    return adjustment_view(await for_companies.with_sum(session, done), language)


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
    language: Language,
) -> AdjustmentView:
    """Correct the minutes of an approved week by a line of its own, under an id that you mint.

    More minutes are approved with that. Fewer wait for the trainer's consent for five days, then
    for operations; without a decision nothing is taken. The quality of the work is no reason.
    """
    done = await correcting.correct_hours(
        session, caller, engagement_id, correction_id, said.correction(), now=now
    )
    response.status_code = 201 if done.created else 200
    return adjustment_view(await for_companies.with_sum(session, done.adjustment), language)
