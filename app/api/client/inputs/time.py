"""What a company can say about hours."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.words import Prose, Said
from app.domain.timesheets import OverCapReason, SendBackReason
from app.timesheets.deciding import Decision

Explanation = Annotated[Prose, Field(max_length=2_000)]


class Verdict(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"


class ApproveTimesheets(Said):
    """Up to 200 timesheets; each is approved for itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"timesheet_ids": ["0198c2f0-7c1e-7b3a-9d55-6a2f4f1b8e01"]}]
        }
    )

    timesheet_ids: list[UUID] = Field(min_length=1, max_length=200)


class SendBackTimesheet(Said):
    """Why; the trainer reads it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"reason_code": "note_missing", "explanation": "Please say which task it was."}
            ]
        }
    )

    reason_code: SendBackReason
    explanation: Explanation


class DecideOverCap(Said):
    """Approve, or decline with a reason and a sentence that the trainer reads."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve"},
                {
                    "decision": "decline",
                    "reason_code": "not_agreed",
                    "explanation": "We agreed on 20 hours a week.",
                },
            ]
        }
    )

    decision: Verdict
    reason_code: OverCapReason | None = None
    explanation: Explanation | None = None

    def as_decision(self) -> Decision:
        """As the verb takes it."""
        return Decision(self.decision is Verdict.APPROVE, self.reason_code, self.explanation)
