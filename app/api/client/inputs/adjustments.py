"""What a company can say to change what was approved: always more lines, never other ones."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import ChangedMinutes, Instant, MoneySaid, Prose, Said
from app.domain.adjustments import CorrectionReason, DeclineReason, Outcome
from app.domain.money import Money
from app.timesheets.correcting import Correction
from app.timesheets.giving import Bonus
from app.timesheets.settling import Answer


class GiveBonus(Said):
    """What you are billed for the bonus, and why; the trainer reads the reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"minor": 25_000, "currency": "USD"},
                    "reason": "Two rare cases found that everybody else had missed.",
                }
            ]
        }
    )

    amount: MoneySaid
    reason: Annotated[Prose, Field(max_length=2_000)]

    def bonus(self) -> Bonus:
        """As the verb takes it."""
        return Bonus(Money(self.amount.minor, self.amount.currency), self.reason)


class DecideExpense(Said):
    """Agree to what a trainer laid out, or decline with a reason and a sentence that she reads."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"outcome": "approved"},
                {
                    "outcome": "declined",
                    "reason_code": "no_evidence",
                    "explanation": "The receipt names another month. Please claim it anew.",
                },
            ]
        }
    )

    outcome: Outcome
    reason_code: DeclineReason | None = None
    explanation: Annotated[Prose, Field(max_length=2_000)] | None = None

    def answer(self) -> Answer:
        """As the verb takes it."""
        return Answer(self.outcome, self.reason_code, self.explanation)


class CorrectHours(Said):
    """So many minutes more, or fewer (negative), at the rates of the time at `worked_at`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "minutes": 30,
                    "worked_at": "2026-11-17T09:00:00Z",
                    "reason_code": "hours_missing",
                    "reason": "The call on Tuesday morning was left out.",
                }
            ]
        }
    )

    minutes: ChangedMinutes = Field(description="Never 0. Negative takes away.")
    worked_at: Instant
    reason_code: CorrectionReason
    reason: Annotated[Prose, Field(max_length=2_000)]

    def correction(self) -> Correction:
        """As the verb takes it."""
        return Correction(self.minutes, self.worked_at, self.reason_code, self.reason)
