"""Earnings, payouts, and the payout account."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api import door
from app.api.door import Run, Session
from app.api.errors import language_of
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller, shown_lately
from app.api.trainer.views import earnings as views
from app.api.trainer.views.earnings import (
    TrainerEarning,
    TrainerHold,
    TrainerOnboardingLink,
    TrainerPayout,
    TrainerPayoutAccount,
    TrainerPayoutExplanation,
)
from app.domain.refusals import NotFound
from app.payouts import accounts, explaining, queries, rules, waiting

router = door.router("earnings")


@router.post(
    "/me/payout-account/onboarding", operation_id="start_payout_onboarding", status_code=201
)
async def start_payout_onboarding(
    request: Request, caller: Caller, run: Run
) -> TrainerOnboardingLink:
    """A fresh link to the payment provider's form for your bank details. Open it at once.

    Once money can be sent to you, changing where it goes needs a mailed code: 403
    `fresh_second_factor_needed` until `request_second_factor` and `confirm_second_factor`.
    """
    async with run.database.begin() as session:
        if await accounts.is_ready(session, caller.trainer_id):
            await shown_lately(request, session, run)
    back = f"{run.settings.public_url}/trainer/v1/docs"
    url = await accounts.onboarding_link(
        run.database,
        run.outside.payments,
        caller,
        clock=run.clock,
        refresh_url=back,
        return_url=back,
    )
    return TrainerOnboardingLink(url=url)


@router.get("/me/payout-account", operation_id="get_payout_account")
async def get_payout_account(caller: Caller, session: Session) -> TrainerPayoutAccount:
    """Whether money can be sent to you, and what is still missing."""
    return views.account_view(await accounts.account_of(session, caller.trainer_id))


@router.get("/earnings", operation_id="list_earnings", response_model=Listed[TrainerEarning])
async def list_earnings(
    request: Request, page: PageAsked, caller: Caller, session: Session, run: Run
) -> dict[str, Any]:
    """Every approved line, newest first; what is not paid yet says why and whose turn it is."""
    language = language_of(request)
    found = await waiting.own_earnings(
        session, caller, page, rules=rules.rules_of(run.settings), now=run.clock.now()
    )
    return listed(request, found, lambda e: views.earning_view(e, language))


@router.get("/holds", operation_id="list_holds")
async def list_holds(
    request: Request, caller: Caller, session: Session, run: Run
) -> Listed[TrainerHold]:
    """Every unpaid cent, also of time that is not approved yet, summed by its cause: what happens
    next, whose turn it is, and by when."""
    found = await waiting.own_holds(
        session, caller, rules=rules.rules_of(run.settings), now=run.clock.now()
    )
    language = language_of(request)
    return Listed(items=[views.hold_view(h, language) for h in found], next_cursor=None)


@router.get("/payouts", operation_id="list_payouts", response_model=Listed[TrainerPayout])
async def list_payouts(
    request: Request, page: PageAsked, caller: Caller, session: Session
) -> dict[str, Any]:
    """Your payouts, newest first."""
    return listed(request, await queries.own_payouts(session, caller, page), views.payout_view)


@router.get("/payouts/{payout_id}/explanation", operation_id="explain_payout")
async def explain_payout(
    payout_id: UUID, request: Request, caller: Caller, session: Session
) -> TrainerPayoutExplanation:
    """Why the amount is what it is, from each entry's seconds to the cent."""
    found = await explaining.explain(session, caller, payout_id)
    if found is None:
        raise NotFound
    return views.explanation_view(found, language_of(request))
