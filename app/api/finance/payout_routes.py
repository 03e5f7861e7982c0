"""Payout runs and payouts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from app.api import door
from app.api.door import Language, Now, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.payouts import RunPayouts
from app.api.finance.views import payouts as views
from app.api.finance.views.payouts import (
    FinancePayout,
    FinancePayoutRun,
    FinancePayoutWithAttempts,
)
from app.api.paging import Listed, PageAsked, listed
from app.domain.refusals import NotFound
from app.payouts import queries, retrying, running

router = door.router("payouts")


@router.post("/payout-runs", operation_id="run_payouts", status_code=201)
async def run_payouts(
    said: RunPayouts, caller: Caller, session: Session, now: Now
) -> FinancePayoutRun:
    """Pay every trainer what is approved, funded and payable. Watch it with `get_payout_run`.

    Held payouts of earlier runs are sent again too; they stay with their own run. Money moves: an
    Idempotency-Key is required. Two runs at once pay nothing twice. `as_of` may not lie ahead.
    """
    as_of = said.as_of or now
    run_id = await running.order(session, caller, as_of=as_of, now=now)
    facts = await queries.get_run(session, run_id)
    if facts is None:
        raise NotFound
    return views.run_view(facts)


@router.get("/payout-runs/{payout_run_id}", operation_id="get_payout_run")
async def get_payout_run(payout_run_id: UUID, caller: Caller, session: Session) -> FinancePayoutRun:
    """A run's progress: payouts by state and sums per currency."""
    facts = await queries.get_run(session, payout_run_id)
    if facts is None:
        raise NotFound
    return views.run_view(facts)


@router.get("/payouts", operation_id="list_payouts", response_model=Listed[FinancePayout])
async def list_payouts(
    request: Request,
    page: PageAsked,
    caller: Caller,
    session: Session,
    *,
    language: Language,
    payout_run_id: Annotated[UUID | None, Query(description="Only this run's.")] = None,
) -> dict[str, Any]:
    """Payouts, newest first."""
    found = await queries.list_payouts(session, page, run_id=payout_run_id)
    return listed(request, found, lambda facts: views.payout_view(facts, language))


@router.get("/payouts/{payout_id}", operation_id="get_payout")
async def get_payout(
    payout_id: UUID, caller: Caller, session: Session, language: Language
) -> FinancePayoutWithAttempts:
    """One payout with every try at it."""
    facts = await queries.get_payout(session, payout_id)
    if facts is None:
        raise NotFound
    return views.detail_view(facts, await queries.attempts_of(session, payout_id), language)


@router.post("/payouts/{payout_id}/retry", operation_id="retry_payout")
async def retry_payout(
    payout_id: UUID, caller: Caller, session: Session, now: Now, language: Language
) -> FinancePayout:
    """Send a held payout again, or a returned one to the bank again (never a second transfer)."""
    await retrying.retry(session, caller, payout_id, now=now)
    facts = await queries.get_payout(session, payout_id)
    if facts is None:
        raise NotFound
    return views.payout_view(facts, language)
