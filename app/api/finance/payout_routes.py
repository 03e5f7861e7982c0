"""Payout runs and payouts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from app.api import door
from app.api.door import Language, Now, Run, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.payouts import RunPayouts
from app.api.finance.views import payouts as views
from app.api.finance.views.payouts import (
    FinancePayout,
    FinancePayoutPreview,
    FinancePayoutRun,
    FinancePayoutWithAttempts,
)
from app.api.paging import Listed, PageAsked, listed
from app.api.words import Instant
from app.domain.refusals import NotFound
from app.payouts import canceling, four_eyes, previewing, queries, retrying, rules, running

router = door.router("payouts")


@router.post("/payout-runs", operation_id="run_payouts", status_code=201)
async def run_payouts(
    said: RunPayouts, caller: Caller, session: Session, run: Run
) -> FinancePayoutRun:
    """Pay every trainer what is approved, funded and payable. Watch it with `get_payout_run`.

    Held payouts of earlier runs are sent again too; they stay with their own run. Money moves: an
    Idempotency-Key is required. Two runs at once pay nothing twice. `as_of` may not lie ahead.
    A second factor shown a short while ago is needed, else 403 `fresh_second_factor_needed`. Above
    what one person may order alone within a day, the run awaits `approve_payout_run` by another.
    """
    now = run.clock.now()
    run_id = await running.order(
        session, caller, as_of=said.as_of or now, rules=rules.rules_of(run.settings), now=now
    )
    facts = await queries.get_run(session, run_id)
    if facts is None:
        raise NotFound
    return views.run_view(facts)


@router.get("/payout-runs/preview", operation_id="preview_payouts")
async def preview_payouts(
    _: Caller,
    session: Session,
    run: Run,
    *,
    language: Language,
    as_of: Annotated[Instant | None, Query(description="As for the run; left out: now.")] = None,
) -> FinancePayoutPreview:
    """What `run_payouts` would do now: whom it pays and how much, what it sends again, and what it
    holds and why. It asks the very rule that the run asks, and changes nothing."""
    now = run.clock.now()
    running.check(as_of or now, now=now)
    found = await previewing.preview(
        session, as_of=as_of or now, rules=rules.rules_of(run.settings), now=now
    )
    return views.preview_view(found, as_of, language=language, now=now)


@router.get("/payout-runs/{payout_run_id}", operation_id="get_payout_run")
async def get_payout_run(payout_run_id: UUID, caller: Caller, session: Session) -> FinancePayoutRun:
    """A run's progress: payouts by state and sums per currency."""
    facts = await queries.get_run(session, payout_run_id)
    if facts is None:
        raise NotFound
    return views.run_view(facts)


@router.post("/payout-runs/{payout_run_id}/approve", operation_id="approve_payout_run")
async def approve_payout_run(
    payout_run_id: UUID, caller: Caller, session: Session, now: Now
) -> FinancePayoutRun:
    """Let a run go on that awaits a second person. Who ordered it is refused."""
    await four_eyes.approve(session, caller, payout_run_id, now=now)
    facts = await queries.get_run(session, payout_run_id)
    if facts is None:
        raise NotFound
    return views.run_view(facts)


@router.get("/payouts", operation_id="list_payouts", response_model=Listed[FinancePayout])
async def list_payouts(
    request: Request,
    page: PageAsked,
    _: Caller,
    session: Session,
    *,
    run: Run,
    language: Language,
    payout_run_id: Annotated[UUID | None, Query(description="Only this run's.")] = None,
) -> dict[str, Any]:
    """Payouts, newest first."""
    found = await queries.list_payouts(
        session,
        page,
        rules=rules.rules_of(run.settings),
        now=run.clock.now(),
        run_id=payout_run_id,
    )
    return listed(request, found, lambda facts: views.payout_view(facts, language))


@router.get("/payouts/{payout_id}", operation_id="get_payout")
async def get_payout(
    payout_id: UUID, _: Caller, session: Session, run: Run, *, language: Language
) -> FinancePayoutWithAttempts:
    """One payout with every try at it."""
    facts = await _facts(session, payout_id, run)
    return views.detail_view(facts, await queries.attempts_of(session, payout_id), language)


@router.post("/payouts/{payout_id}/retry", operation_id="retry_payout")
async def retry_payout(
    payout_id: UUID, caller: Caller, session: Session, run: Run, *, language: Language
) -> FinancePayout:
    """Send a held payout again, or a returned one to the bank again (never a second transfer).

    What is on hold is refused (`payout_on_hold`): release the hold, which sends it.
    """
    await retrying.retry(
        session, caller, payout_id, rules=rules.rules_of(run.settings), now=run.clock.now()
    )
    return views.payout_view(await _facts(session, payout_id, run), language)


@router.post("/payouts/{payout_id}/cancel", operation_id="cancel_payout")
async def cancel_payout(
    payout_id: UUID, caller: Caller, session: Session, run: Run, *, language: Language
) -> FinancePayout:
    """Take back a payout of which nothing was sent. Its lines are paid by the next run; hold the
    trainer's pay first if that is not wanted.

    409 `payout_under_way` while a transfer may be on its way: its outcome must be known first.
    """
    await canceling.cancel(session, caller, payout_id, now=run.clock.now())
    return views.payout_view(await _facts(session, payout_id, run), language)


async def _facts(session: Session, payout_id: UUID, run: Run) -> queries.PayoutFacts:
    return await queries.get_payout(
        session, payout_id, rules=rules.rules_of(run.settings), now=run.clock.now()
    )
