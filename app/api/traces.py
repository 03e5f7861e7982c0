"""An approved piece of time under a line, as either side reads it. No money."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from app.api.words import Seen
from app.timesheets.tracing import TracedEntry


class ExplainedEntryView(Seen):
    """One approved piece of an entry, to the second."""

    id: UUID
    entry_id: UUID = Field(description="The entry as it was logged; its pieces share this id.")
    started_at: datetime
    ended_at: datetime
    worked_seconds: int = Field(
        description="Under this line. Where the rate changed in between, the rest is under another."
    )
    note: str | None
    task_reference: str | None

    @classmethod
    def of(cls, facts: TracedEntry) -> Self:
        return cls(
            id=facts.id,
            entry_id=facts.root_id,
            started_at=facts.started_at,
            ended_at=facts.ended_at,
            worked_seconds=facts.seconds,
            note=facts.note,
            task_reference=facts.task_reference,
        )
