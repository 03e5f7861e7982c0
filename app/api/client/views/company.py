"""What a company sees of itself. The platform's fee is not part of it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.client.views.sessions import SessionView, session_view
from app.api.words import MoneySeen, Seen
from app.companies.overviews import CompanyOverview
from app.companies.queries import BillingFacts
from app.identity.sessions import Tokens


class AddressView(Seen):
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str


class RequestedTermsView(Seen):
    """What was asked for; nothing follows from it until finance grants terms."""

    kind: str
    net_days: int | None


class BillingProfileView(Seen):
    """Who is invoiced and how."""

    legal_name: str
    address: AddressView
    vat_id: str | None
    tax_treatment: str | None
    buyer_reference: str | None
    cost_centre: str | None
    timezone: str
    requested_terms: RequestedTermsView | None
    updated_at: datetime


class PaymentTermsView(Seen):
    """The terms in force: invoices fall due after `net_days`; unpaid work is covered up to
    `credit_limit`."""

    kind: str = Field(examples=["invoice"])
    net_days: int = Field(examples=[14])
    credit_limit: MoneySeen


class CompanyView(Seen):
    """A company. `billing_profile` is null until it is set; projects need it to be published."""

    id: UUID
    legal_name: str
    country: str
    currency: str
    billing_email: str
    billing_profile: BillingProfileView | None
    payment_terms: PaymentTermsView
    created_at: datetime


class RegisteredCompanyView(Seen):
    """The new company and a session of its owner."""

    company: CompanyView
    session: SessionView


def company_view(seen: CompanyOverview) -> CompanyView:
    company, terms = seen.company, seen.terms
    return CompanyView(
        id=company.id,
        legal_name=company.legal_name,
        country=company.country,
        currency=company.currency,
        billing_email=company.billing_email,
        billing_profile=billing_view(seen.billing) if seen.billing else None,
        payment_terms=PaymentTermsView(
            kind=terms.kind,
            net_days=terms.net_days,
            credit_limit=MoneySeen(minor=terms.credit_limit_minor, currency=terms.currency),
        ),
        created_at=company.created_at,
    )


def billing_view(billing: BillingFacts) -> BillingProfileView:
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
        requested_terms=RequestedTermsView(kind=asked.kind, net_days=asked.net_days)
        if asked
        else None,
        updated_at=billing.updated_at,
    )


def registered_view(seen: CompanyOverview, tokens: Tokens) -> RegisteredCompanyView:
    return RegisteredCompanyView(company=company_view(seen), session=session_view(tokens))
