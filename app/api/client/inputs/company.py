"""What a company can say about itself."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from app.api.words import Country, Currency, Email, Line, NetDays, Password, Said, Zone

Reference = Annotated[Line, Field(max_length=100)]
VatId = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,13}$")
]


class CompanySaid(Said):
    """The organisation. Its currency can never change."""

    legal_name: Line
    country: Country
    currency: Currency
    billing_email: Email


class OwnerSaid(Said):
    """Its first member, who may do everything."""

    email: Email
    password: Password
    full_name: Line


class RegisterCompany(Said):
    """A company with its owner."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "company": {
                        "legal_name": "Beispiel Labs Inc.",
                        "country": "US",
                        "currency": "USD",
                        "billing_email": "billing@beispiel-labs.example",
                    },
                    "owner": {
                        "email": "vera.musterfrau@beispiel-labs.example",
                        "password": "correct horse battery staple",
                        "full_name": "Vera Musterfrau",
                    },
                }
            ]
        }
    )

    company: CompanySaid
    owner: OwnerSaid


class AddressSaid(Said):
    """A postal address. `region` is a state or province where addresses have one."""

    line1: Line
    line2: Line | None = None
    city: Line
    region: Line | None = None
    postal_code: Annotated[Line, Field(max_length=20)]
    country: Country


class TermsRequested(Said):
    """How the company would like to pay. Finance grants terms; until then the default holds."""

    kind: Literal["invoice", "prepaid"]
    net_days: NetDays | None = None


class SetBillingProfile(Said):
    """Who is invoiced and how. Replaces the whole profile."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "legal_name": "Beispiel Labs Inc.",
                    "address": {
                        "line1": "1 Example Street",
                        "city": "Springfield",
                        "region": "IL",
                        "postal_code": "62701",
                        "country": "US",
                    },
                    "buyer_reference": "TEAM-CLINICAL",
                    "timezone": "America/Chicago",
                    "requested_terms": {"kind": "invoice", "net_days": 30},
                }
            ]
        }
    )

    legal_name: Line
    address: AddressSaid
    vat_id: VatId | None = Field(None, description="With its country prefix, such as DE123456789.")
    tax_treatment: Literal["standard", "reverse_charge", "outside_scope"] | None = Field(
        None, description="Leave it out and each invoice decides by address and VAT id."
    )
    buyer_reference: Reference | None = Field(None, description="Printed on every invoice.")
    cost_centre: Reference | None = None
    timezone: Zone = Field("UTC", description="The default time zone of pay weeks.")
    requested_terms: TermsRequested | None = None
