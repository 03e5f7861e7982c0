"""Holds: what waits and why, and what finance stops and lets go."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from app.api import door
from app.api.door import Language, Now, Run, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.payouts import PlaceHold, RecordScreening
from app.api.finance.views import payouts as views
from app.api.finance.views.payouts import FinanceHold, FinancePlacedHold, FinanceScreening
from app.api.paging import Listed, PageAsked, listed
from app.domain.holds import HoldCause, Screening
from app.payouts import holding, queries, rules, waiting

router = door.router("payouts")
_LOOKED_AT_AFTER = timedelta(days=7)


@router.get("/payout-holds", operation_id="list_payout_holds", response_model=Listed[FinanceHold])
async def list_payout_holds(
    request: Request,
    page: PageAsked,
    _: Caller,
    session: Session,
    *,
    run: Run,
    language: Language,
    trainer_id: Annotated[UUID | None, Query(description="Only hers.")] = None,
    cause: Annotated[HoldCause | None, Query(description="Only this cause.")] = None,
) -> dict[str, Any]:
    """Every unpaid cent by trainer and cause: what happens next, whose turn it is, and by when.

    A page holds all causes of up to `limit` trainers; with `cause` it may hold fewer, or none.
    """
    found = await waiting.list_holds(
        session,
        page,
        rules=rules.rules_of(run.settings),
        now=run.clock.now(),
        trainer_id=trainer_id,
        cause=cause,
    )
    return listed(request, found, lambda facts: views.hold_view(facts, language))


@router.get("/payout-holds/{hold_id}", operation_id="get_payout_hold")
async def get_payout_hold(hold_id: UUID, _: Caller, session: Session) -> FinancePlacedHold:
    """A hold that somebody placed, with its reason and who placed and released it."""
    return views.placed_view(await queries.get_hold(session, hold_id))


@router.post("/payouts/{payout_id}/hold", operation_id="hold_payout", status_code=201)
async def hold_payout(
    payout_id: UUID, said: PlaceHold, caller: Caller, session: Session, now: Now
) -> FinancePlacedHold:
    """Stop one payout until `release_hold`. A transfer that is on its way right now may still
    happen; then the money waits in the trainer's balance at Stripe and does not go to her bank."""
    hold_id = await holding.hold_payout(
        session, caller, payout_id, reason=said.reason, look_on=_look_on(said, now), now=now
    )
    return views.placed_view(await queries.get_hold(session, hold_id))


@router.post("/trainers/{trainer_id}/payout-holds", operation_id="hold_trainer", status_code=201)
async def hold_trainer(
    trainer_id: UUID, said: PlaceHold, caller: Caller, session: Session, now: Now
) -> FinancePlacedHold:
    """Stop all money of a trainer, promised or not, until `release_hold`. She keeps her time and
    her claim, and is told that finance holds it."""
    hold_id = await holding.hold_trainer(
        session, caller, trainer_id, reason=said.reason, look_on=_look_on(said, now), now=now
    )
    return views.placed_view(await queries.get_hold(session, hold_id))


@router.post("/payout-holds/{hold_id}/release", operation_id="release_hold")
async def release_hold(
    hold_id: UUID, caller: Caller, session: Session, run: Run
) -> FinancePlacedHold:
    """End a hold before its time. Payouts that nothing else stops are sent at once."""
    await holding.release(
        session, caller, hold_id, rules=rules.rules_of(run.settings), now=run.clock.now()
    )
    return views.placed_view(await queries.get_hold(session, hold_id))


@router.post("/trainers/{trainer_id}/screenings", operation_id="record_screening", status_code=201)
async def record_screening(
    trainer_id: UUID, said: RecordScreening, caller: Caller, session: Session, now: Now
) -> FinanceScreening:
    """Write down what screening a trainer against the sanctions lists said. Where screening is
    required, she is paid only after a clear one against fresh lists; a match is never cleared by
    itself."""
    id_ = await holding.record_screening(
        session,
        caller,
        trainer_id,
        outcome=Screening(said.outcome),
        lists=said.lists,
        lists_of_at=said.lists_of,
        now=now,
    )
    return FinanceScreening(id=id_)


def _look_on(said: PlaceHold, now: Now) -> date:
    return said.look_on or (now + _LOOKED_AT_AFTER).date()
