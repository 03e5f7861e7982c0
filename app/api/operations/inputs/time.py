"""What operations can say about hours beyond a cap."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import Prose, Said
from app.domain.timesheets import OverCapReason
from app.timesheets.deciding import Decision


class Verdict(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"


class DecideOverCap(Said):
    """Approve, or decline with a reason and a sentence that the trainer reads."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve"},
                {
                    "decision": "decline",
                    "reason_code": "too_many_hours",
                    "explanation": "More than 48 hours in a week are not healthy.",
                },
            ]
        }
    )

    decision: Verdict
    reason_code: OverCapReason | None = None
    explanation: Annotated[Prose, Field(max_length=2_000)] | None = None

    def as_decision(self) -> Decision:
        """As the verb takes it."""
        return Decision(self.decision is Verdict.APPROVE, self.reason_code, self.explanation)
