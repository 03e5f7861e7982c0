"""Lines that a company adds to approved time."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.api.client.actor import Caller
from app.api.client.inputs.adjustments import GiveBonus
from app.api.client.views.adjustments import AdjustmentView, adjustment_view
from app.api.door import Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.domain.adjustments import AdjustmentState
from app.timesheets import for_companies, giving

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
) -> AdjustmentView:
    """Give a trainer a bonus under an id that you mint (a UUID), so that a retry gives nothing
    twice: the same id and body answer the bonus as it stands (200), another body is 409
    `already_used`.

    It is approved with that, counts under the project's budget and your credit limit (409
    `budget_reached`, `credit_limit_reached`), and stands on your next invoice.
    """
    done = await giving.give_bonus(session, caller, engagement_id, bonus_id, said.bonus(), now=now)
    response.status_code = 201 if done.created else 200
    return adjustment_view(await for_companies.with_sum(session, done.bonus))


@ROUTER.get("/adjustments", operation_id="list_adjustments", response_model=Listed[AdjustmentView])
async def list_adjustments(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    page: PageAsked,
    state: AdjustmentState | None = None,
) -> dict[str, Any]:
    """Everything that was added to approved time, newest first."""
    found = await for_companies.list_adjustments(session, caller, page, state=state)
    return listed(request, found, adjustment_view)
