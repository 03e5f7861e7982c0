"""A company about itself."""

from app.api.client.actor import Caller
from app.api.client.inputs.company import SetBillingProfile
from app.api.client.views.company import (
    BillingProfileView,
    CompanyView,
    billing_view,
    company_view,
)
from app.api.door import Now, Session, router
from app.companies import billing, overviews
from app.companies.billing import Billing
from app.companies.queries import Address, RequestedTerms

ROUTER = router("company")


@ROUTER.get("/company", operation_id="get_company")
async def get_company(caller: Caller, session: Session, now: Now) -> CompanyView:
    """Your company with its billing profile and the payment terms in force."""
    return company_view(await overviews.overview(session, caller.company_id, now=now))


@ROUTER.put("/company/billing-profile", operation_id="set_billing_profile")
async def set_billing_profile(
    said: SetBillingProfile, caller: Caller, session: Session, now: Now
) -> BillingProfileView:
    """Say who is invoiced and how; replaces the whole profile. Owners only.

    Payment terms are requested here and granted by finance. Invoices that were issued keep what
    they were issued with.
    """
    asked = said.requested_terms
    whole = Billing(
        legal_name=said.legal_name,
        address=Address(**said.address.model_dump()),
        vat_id=said.vat_id,
        tax_treatment=said.tax_treatment,
        buyer_reference=said.buyer_reference,
        cost_centre=said.cost_centre,
        timezone=said.timezone,
        requested_terms=RequestedTerms(asked.kind, asked.net_days) if asked else None,
    )
    return billing_view(await billing.set_billing_profile(session, caller, whole, now=now))
