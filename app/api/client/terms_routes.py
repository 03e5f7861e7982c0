"""Changes of an engagement's rate, from the company's side."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.client.actor import Caller
from app.api.client.inputs.terms import ChangeTerms
from app.api.client.views.terms import TermsChangeView, terms_change_view
from app.api.door import Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.domain.money import Money
from app.engagements import changing
from app.engagements import for_companies as engagements

ROUTER = router("hiring")


@ROUTER.post(
    "/engagements/{engagement_id}/terms-changes", operation_id="change_terms", status_code=201
)
async def change_terms(
    engagement_id: UUID, said: ChangeTerms, caller: Caller, session: Session, now: Now
) -> TermsChangeView:
    """Change the rate of an engagement from a day to come; logged time keeps its rate.

    A higher rate is `agreed` at once. A lower one is `proposed` and holds only if the trainer
    consents by `consent_by_at`. Refused with 422 `bill_rate_above_cap` as an offer is.
    """
    bill = Money(said.bill_rate.minor, said.bill_rate.currency)
    change_id = await changing.change_terms(
        session, caller, engagement_id, bill, said.effective_on, now=now
    )
    return terms_change_view(await engagements.get_terms_change(session, caller, change_id))


@ROUTER.get(
    "/engagements/{engagement_id}/terms-changes",
    operation_id="list_terms_changes",
    response_model=Listed[TermsChangeView],
)
async def list_terms_changes(
    engagement_id: UUID, request: Request, caller: Caller, session: Session, page: PageAsked
) -> dict[str, Any]:
    """Every change of an engagement's rate that was made or proposed, newest first."""
    found = await engagements.list_terms_changes(session, caller, engagement_id, page)
    return listed(request, found, terms_change_view)


@ROUTER.post("/terms-changes/{terms_change_id}/withdraw", operation_id="withdraw_terms")
async def withdraw_terms(
    terms_change_id: UUID, caller: Caller, session: Session, now: Now
) -> TermsChangeView:
    """Take a proposed change back before the trainer answers. Again changes nothing."""
    await changing.withdraw(session, caller, terms_change_id, now=now)
    return terms_change_view(await engagements.get_terms_change(session, caller, terms_change_id))
