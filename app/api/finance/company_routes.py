"""Companies: their terms and the platform's fee."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.door import Now, Session, router
from app.api.finance.actor import Caller
from app.api.finance.inputs.companies import SetCreditTerms, SetFeeTerms
from app.api.finance.views.companies import (
    CompanyAccountView,
    CreditTermsView,
    FeeTermsView,
    account_view,
    credit_terms_view,
    fee_terms_view,
)
from app.api.paging import Listed, PageAsked, listed
from app.companies import credit_terms, fee_terms, portfolio
from app.domain.money import Money
from app.invoicing import carrying

ROUTER = router("companies")


@ROUTER.get("/companies", operation_id="list_companies", response_model=Listed[CompanyAccountView])
async def list_companies(
    request: Request, caller: Caller, session: Session, now: Now, page: PageAsked
) -> dict[str, Any]:
    """All companies with the terms and the fee in force now, newest first."""
    found = await portfolio.list_accounts(session, caller, page, at=now)
    return listed(request, found, account_view)


@ROUTER.get("/companies/{company_id}", operation_id="get_company")
async def get_company(
    company_id: UUID, caller: Caller, session: Session, now: Now
) -> CompanyAccountView:
    """One company with the terms and the fee in force now."""
    return account_view(await portfolio.get_account(session, caller, company_id, at=now))


@ROUTER.put("/companies/{company_id}/credit-terms", operation_id="set_credit_terms")
async def set_credit_terms(
    company_id: UUID, said: SetCreditTerms, caller: Caller, session: Session, now: Now
) -> CreditTermsView:
    """Grant payment terms from `effective_at` (or now) on.

    Invoices that were issued keep theirs. The same terms again change nothing.
    """
    granted = await credit_terms.set_credit_terms(
        session,
        caller,
        company_id,
        kind=said.kind,
        net_days=said.net_days,
        credit_limit=Money(said.credit_limit.minor, said.credit_limit.currency),
        funding_rule=said.funding_rule,
        effective_at=said.effective_at,
        now=now,
    )
    return credit_terms_view(await carrying.begin(session, company_id, granted, now=now))


@ROUTER.put("/companies/{company_id}/fee-terms", operation_id="set_fee_terms")
async def set_fee_terms(
    company_id: UUID, said: SetFeeTerms, caller: Caller, session: Session, now: Now
) -> FeeTermsView:
    """Set the platform's fee from `effective_at` (or now) on.

    It holds for offers made from then on; what was agreed keeps its rates. Neither the company nor
    a trainer ever sees it. The same fee again changes nothing.
    """
    return fee_terms_view(
        await fee_terms.set_fee_terms(
            session,
            caller,
            company_id,
            fee_bps=said.fee_bps,
            effective_at=said.effective_at,
            now=now,
        )
    )
