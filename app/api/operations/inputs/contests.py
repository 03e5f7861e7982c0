"""What operations can say about contested hours."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import Prose, Said
from app.domain.contests import Outcome
from app.timesheets.judging import Judgement


class DecideContest(Said):
    """Approve or decline, with a sentence that the trainer and the company read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "approved",
                    "explanation": "The log shows two answers, one after the other.",
                }
            ]
        }
    )

    outcome: Outcome
    explanation: Annotated[Prose, Field(max_length=2_000)]

    def judgement(self) -> Judgement:
        """As the verb takes it."""
        return Judgement(self.outcome, self.explanation)
