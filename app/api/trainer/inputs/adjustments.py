"""What a trainer can say about changes to her approved time."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import Line, MoneySaid, Prose, Said
from app.domain.money import Money
from app.timesheets.claiming import Claim


class ClaimExpense(Said):
    """What you laid out for the work, for what, and where the receipt is found."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"minor": 4_990, "currency": "USD"},
                    "reason": "Access to the guideline that the third batch is about.",
                    "evidence_reference": "Receipt 2026-118",
                }
            ]
        }
    )

    amount: MoneySaid
    reason: Annotated[Prose, Field(max_length=2_000)]
    evidence_reference: Line

    def claim(self) -> Claim:
        """As the verb takes it."""
        return Claim(
            Money(self.amount.minor, self.amount.currency), self.reason, self.evidence_reference
        )


class AnswerCorrection(Said):
    """Consent to fewer minutes, or object: then operations decides and reads your answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"consent": False, "answer": "I was in the call to its end."}]
        }
    )

    consent: bool = Field(strict=True)
    answer: Annotated[Prose, Field(max_length=2_000)] | None = None
