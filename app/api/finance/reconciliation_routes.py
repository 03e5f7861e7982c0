"""Reconciliation with Stripe: where it stands, what differs, and a run now."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api import door, guards
from app.api.door import Language, Now, Run, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.reconciliation import Which, WhichDifferences
from app.api.finance.views import reconciliation as views
from app.api.finance.views.reconciliation import (
    FinanceDifference,
    FinancePageLink,
    FinanceReconciliation,
    FinanceReconciliationRun,
)
from app.api.paging import Listed, PageAsked, listed
from app.identity import page_passes
from app.reconciling import queries, running

router = door.router("reconciliation")


@router.get("/reconciliation", operation_id="get_reconciliation")
async def get_reconciliation(
    _: Caller, session: Session, now: Now, language: Language
) -> FinanceReconciliation:
    """Whether Stripe and the books agree: the last run, balances side by side, and what stands on
    accounts that must reach zero. The clock runs it once a day."""
    return FinanceReconciliation.of(await queries.overview(session), language, now)


@router.get(
    "/reconciliation/differences",
    operation_id="list_reconciliation_differences",
    response_model=Listed[FinanceDifference],
)
async def list_reconciliation_differences(
    request: Request,
    page: PageAsked,
    _: Caller,
    session: Session,
    *,
    now: Now,
    language: Language,
    which: WhichDifferences = Which.OPEN,
) -> dict[str, Any]:
    """Every line that one side has and the other has not or has otherwise, newest first, with its
    age, the likeliest cause and what to do. A difference that vanishes keeps its last day."""
    found = await queries.list_differences(session, page, is_open=which.is_open)
    return listed(request, found, lambda facts: views.difference_view(facts, language, now))


@router.post("/reconciliation/runs", operation_id="run_reconciliation", status_code=202)
async def run_reconciliation(
    caller: Caller, session: Session, now: Now
) -> FinanceReconciliationRun:
    """Reconcile now, in the background. While a run is under way, that one is the answer.

    Watch it with `get_reconciliation_run`. Nothing is paid or changed at Stripe.
    """
    run_id = await running.order(session, caller, now=now)
    return FinanceReconciliationRun.of(await queries.get_run(session, run_id))


@router.get("/reconciliation/runs/{run_id}", operation_id="get_reconciliation_run")
async def get_reconciliation_run(
    run_id: UUID, _: Caller, session: Session
) -> FinanceReconciliationRun:
    """How far a run is: accounts fetched, lines compared, what differs."""
    return FinanceReconciliationRun.of(await queries.get_run(session, run_id))


@router.post("/reconciliation/page-links", operation_id="link_reconciliation", status_code=201)
async def link_reconciliation(
    _: Caller, request: Request, session: Session, run: Run, now: Now
) -> FinancePageLink:
    """A link that opens the reconciliation page in a browser, once, within two minutes.

    Following it uses nothing up; pressing its button does. The page is for reading only.
    """
    ticket = await page_passes.mint(session, guards.bearer(request), now=now)
    base = run.settings.public_url.rstrip("/")
    return FinancePageLink(
        url=f"{base}/finance/pages/enter?ticket={ticket}",
        expires_at=now + page_passes.TICKET_LASTS,
    )
