"""What finance sees of invoices that were given up."""

from datetime import datetime
from typing import Self
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.domain.writing_off import WriteOffReason, WriteOffState
from app.invoicing.given_up import WriteOffFacts


class FinanceWriteOff(Seen):
    """All that was due of an invoice when it was given up. `tax`: what of it is tax that is not
    owed for now, null until it is booked. `second_person`: another one has approved it."""

    id: UUID
    invoice_id: UUID
    company_id: UUID
    state: WriteOffState
    amount: MoneySeen
    tax: MoneySeen | None
    reason_code: WriteOffReason
    reason: str
    evidence: str
    second_person: bool
    ordered_at: datetime
    booked_at: datetime | None

    @classmethod
    def of(cls, facts: WriteOffFacts) -> Self:
        tax = MoneySeen(minor=facts.tax_minor, currency=facts.currency)
        return cls(
            id=facts.id,
            invoice_id=facts.invoice_id,
            company_id=facts.company_id,
            state=facts.state,
            amount=MoneySeen(minor=facts.amount_minor, currency=facts.currency),
            tax=None if facts.booked_at is None else tax,
            reason_code=facts.reason_code,
            reason=facts.reason,
            evidence=facts.evidence,
            second_person=facts.has_second_person,
            ordered_at=facts.ordered_at,
            booked_at=facts.booked_at,
        )
