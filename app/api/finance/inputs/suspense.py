"""What finance can say about money whose owner is not known."""

from typing import Self
from uuid import UUID

from pydantic import ConfigDict, model_validator

from app.api.words import Day, Line, MoneySaid, Said
from app.domain.money import Money
from app.invoicing.recording import Receipt
from app.invoicing.suspense import Owner


class RecordUnknownPayment(Said):
    """Money seen at the bank. `payer`: whom the bank names; `reference`: where to look it up."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"minor": 119000, "currency": "EUR"},
                    "received_on": "2026-11-24",
                    "payer": "Unbekannt & Partner",
                    "reference": "Statement 2026/231, entry 5",
                }
            ]
        }
    )

    amount: MoneySaid
    received_on: Day
    payer: Line
    reference: Line

    def receipt(self) -> Receipt:
        amount = Money(self.amount.minor, self.amount.currency)
        return Receipt(amount, self.received_on, self.reference)


class AssignSuspense(Said):
    """Whose it is: exactly one of an invoice and a company, into whose wallet it goes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"invoice_id": "0190aaaa-0000-7000-8000-000000000010"}]}
    )

    invoice_id: UUID | None = None
    company_id: UUID | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.invoice_id is None) == (self.company_id is None):
            raise ValueError("name either an invoice or a company")
        return self

    def owner(self) -> Owner:
        return Owner(self.company_id, self.invoice_id)


class ReturnSuspense(Said):
    """Where the payment back can be looked up."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reference": "Statement 2026/240, entry 2"}]}
    )

    reference: Line
