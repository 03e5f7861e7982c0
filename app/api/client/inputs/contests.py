"""What a company can say to contest hours."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.words import Prose, Said
from app.domain.contests import ContestReason
from app.timesheets.contesting import Objection


class ContestedEntry(Said):
    """An entry of the timesheet, a reason about time, and a sentence that the trainer reads.

    The quality of the work is no reason: what was worked is owed.
    """

    entry_id: UUID
    reason_code: ContestReason
    explanation: Annotated[Prose, Field(max_length=2_000)]


class ContestEntries(Said):
    """Entries of one submitted timesheet. All others on it are approved."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "entries": [
                        {
                            "entry_id": "0198c2f0-7c1e-7b3a-9d55-6a2f4f1b8e01",
                            "reason_code": "duplicate",
                            "explanation": "The same two hours stand on Monday already.",
                        }
                    ]
                }
            ]
        }
    )

    entries: list[ContestedEntry] = Field(min_length=1, max_length=500)

    def objections(self) -> list[Objection]:
        """As the verb takes them."""
        return [Objection(e.entry_id, e.reason_code, e.explanation) for e in self.entries]
