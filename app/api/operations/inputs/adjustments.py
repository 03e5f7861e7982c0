"""What operations can say about changes to approved time."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.words import ChangedMinutes, Instant, MoneySaid, Prose, Said
from app.domain.adjustments import ClawbackReason, CorrectionReason, DeclineReason, Outcome
from app.domain.money import Money
from app.timesheets.correcting import Clawback, Correction
from app.timesheets.settling import Answer


class DecideAdjustment(Said):
    """Approve or decline, with a sentence that both sides read; a decline has a reason too."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "approved",
                    "explanation": "The receipt is in order and the work needed the text.",
                }
            ]
        }
    )

    outcome: Outcome
    reason_code: DeclineReason | None = None
    explanation: Annotated[Prose, Field(max_length=2_000)]

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


class ClawBack(Said):
    """Take money back: `amount` is what the company is credited. Quality is no reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"minor": 15_000, "currency": "USD"},
                    "reason_code": "duplicate_work",
                    "reason": "The same answer was handed in for two projects.",
                    "evidence_ids": ["0198c2f0-7c1e-7b3a-9d55-6a2f4f1b8e01"],
                }
            ]
        }
    )

    amount: MoneySaid
    reason_code: ClawbackReason
    reason: Annotated[Prose, Field(max_length=2_000)]
    evidence_ids: list[UUID] = Field(
        min_length=1, max_length=50, description="Time entries or adjustments of the engagement."
    )

    def clawback(self) -> Clawback:
        """As the verb takes it."""
        return Clawback(
            Money(self.amount.minor, self.amount.currency),
            self.reason_code,
            self.reason,
            tuple(self.evidence_ids),
        )
