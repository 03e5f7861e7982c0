"""What finance sees of companies: both sides of the wall."""

from datetime import datetime
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.companies.credit_terms import GrantedTerms
from app.companies.fee_terms import DatedFee
from app.companies.portfolio import Account
from app.companies.queries import BillingFacts


class CreditTermsView(Seen):
    """`effective_at` is null for the default, which holds until terms are granted."""

    kind: str
    net_days: int
    credit_limit: MoneySeen
    funding_rule: str
    effective_at: datetime | None


class FeeTermsView(Seen):
    """`effective_at` is null for the default, which holds until a fee is set."""

    fee_bps: int
    effective_at: datetime | None


class AddressView(Seen):
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str


class BillingProfileView(Seen):
    """What the company says about its invoices; `requested_…`: what it would like."""

    legal_name: str
    address: AddressView
    vat_id: str | None
    tax_treatment: str | None
    buyer_reference: str | None
    cost_centre: str | None
    timezone: str
    requested_kind: str | None
    requested_net_days: int | None
    updated_at: datetime


class CompanyAccountView(Seen):
    """A company with the terms and the fee in force.

    `billing_profile` is null until the company has set one.
    """

    id: UUID
    legal_name: str
    country: str
    currency: str
    billing_email: str
    credit_terms: CreditTermsView
    fee_terms: FeeTermsView
    billing_profile: BillingProfileView | None
    created_at: datetime


def credit_terms_view(terms: GrantedTerms) -> CreditTermsView:
    return CreditTermsView(
        kind=terms.kind,
        net_days=terms.net_days,
        credit_limit=MoneySeen(minor=terms.credit_limit_minor, currency=terms.currency),
        funding_rule=terms.funding_rule,
        effective_at=terms.effective_at,
    )


def fee_terms_view(fee: DatedFee) -> FeeTermsView:
    return FeeTermsView(fee_bps=fee.fee_bps, effective_at=fee.effective_at)


def account_view(seen: Account) -> CompanyAccountView:
    company = seen.company
    return CompanyAccountView(
        id=company.id,
        legal_name=company.legal_name,
        country=company.country,
        currency=company.currency,
        billing_email=company.billing_email,
        credit_terms=credit_terms_view(seen.terms),
        fee_terms=fee_terms_view(seen.fee),
        billing_profile=_billing(seen.billing) if seen.billing else None,
        created_at=company.created_at,
    )


def _billing(billing: BillingFacts) -> BillingProfileView:
    address, asked = billing.address, billing.requested_terms
    return BillingProfileView(
        legal_name=billing.legal_name,
        address=AddressView(
            line1=address.line1,
            line2=address.line2,
            city=address.city,
            region=address.region,
            postal_code=address.postal_code,
            country=address.country,
        ),
        vat_id=billing.vat_id,
        tax_treatment=billing.tax_treatment,
        buyer_reference=billing.buyer_reference,
        cost_centre=billing.cost_centre,
        timezone=billing.timezone,
        requested_kind=asked.kind if asked else None,
        requested_net_days=asked.net_days if asked else None,
        updated_at=billing.updated_at,
    )
