"""What finance can say about invoices."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, StringConstraints

from app.api.words import Country, Day, Email, Line, MoneySaid, Said
from app.domain.money import Money
from app.invoicing.issuers import Issuer, IssuerAddress
from app.invoicing.recording import Receipt

Iban = Annotated[
    str,
    StringConstraints(max_length=42, pattern=r"^[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 ]{11,38}$"),
    AfterValidator(lambda said: said.replace(" ", "").upper()),
]
Bic = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{8}([A-Za-z0-9]{3})?$"
    ),
]


class IssuerAddressSaid(Said):
    line1: Line
    line2: Line | None = None
    city: Line
    postal_code: Line
    country: Country


class SetIssuerProfile(Said):
    """The platform's own legal entity. `vat_id` or `tax_number` is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "legal_name": "Lehrwerk Musterbetrieb GmbH",
                    "address": {
                        "line1": "Beispielstraße 1",
                        "city": "Berlin",
                        "postal_code": "10115",
                        "country": "DE",
                    },
                    "email": "rechnung@lehrwerk.example",
                    "iban": "DE02 1203 0000 0000 2020 51",
                    "bic": "BYLADEM1001",
                    "vat_id": "DE000000000",
                    "register_entry": "Amtsgericht Musterstadt, HRB 000000",
                }
            ]
        }
    )

    legal_name: Line
    address: IssuerAddressSaid
    email: Email
    iban: Iban
    bic: Bic | None = None
    vat_id: Line | None = None
    tax_number: Line | None = None
    register_entry: Line | None = None

    def issuer(self) -> Issuer:
        return Issuer(
            legal_name=self.legal_name,
            address=IssuerAddress(**self.address.model_dump()),
            email=self.email,
            iban=self.iban,
            bic=self.bic,
            vat_id=self.vat_id,
            tax_number=self.tax_number,
            register_entry=self.register_entry,
        )


class RunInvoices(Said):
    """Everything approved through a day (UTC, inclusive), of one company or of all."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"through": "2026-11-30"},
                {"through": "2026-11-30", "company_id": "0190aaaa-0000-7000-8000-000000000001"},
            ]
        }
    )

    through: Day
    company_id: UUID | None = None


class RecordPayment(Said):
    """A payment seen at the bank. `reference` says where it can be looked up again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"minor": 119000, "currency": "EUR"},
                    "received_on": "2026-12-07",
                    "reference": "Statement 2026/231, entry 4",
                }
            ]
        }
    )

    amount: MoneySaid
    received_on: Day
    reference: Line

    def receipt(self) -> Receipt:
        received_on: date = self.received_on
        return Receipt(Money(self.amount.minor, self.amount.currency), received_on, self.reference)
