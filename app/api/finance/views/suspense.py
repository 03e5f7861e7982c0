"""What finance sees of money whose owner is not known."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.domain.suspense import SuspenseState
from app.invoicing.suspense import SuspenseFacts


class FinanceSuspenseItem(Seen):
    """Money at our bank of which nobody knew whose it is. `age_seconds`: how long it has been
    waiting, or was until it went to the invoice, the wallet of the company or back."""

    id: UUID
    state: SuspenseState
    amount: MoneySeen
    received_on: date
    payer: str
    reference: str
    recorded_at: datetime
    age_seconds: int
    company_id: UUID | None
    invoice_id: UUID | None
    return_reference: str | None
    ended_at: datetime | None

    @classmethod
    def of(cls, facts: SuspenseFacts, now: datetime) -> Self:
        until = facts.ended_at or now
        return cls(
            id=facts.id,
            state=facts.state,
            amount=MoneySeen(minor=facts.amount.minor, currency=facts.amount.currency),
            received_on=facts.received_on,
            payer=facts.payer,
            reference=facts.reference,
            recorded_at=facts.recorded_at,
            age_seconds=max(0, int((until - facts.recorded_at).total_seconds())),
            company_id=facts.company_id,
            invoice_id=facts.invoice_id,
            return_reference=facts.return_reference,
            ended_at=facts.ended_at,
        )
