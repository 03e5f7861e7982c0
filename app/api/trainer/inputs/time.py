"""What a trainer can say about her hours."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.words import Instant, Line, Moment, Prose, Said, instant_of
from app.timesheets.recording import TimeSaid
from app.timesheets.timing import TimerSaid

Note = Annotated[Prose, Field(max_length=2_000)]


class RecordTime(Said):
    """Hours that were worked, to the second: instants with offset, or what the clock on the wall
    showed together with its zone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "engagement_id": "0198c2f0-7c1e-7b3a-9d55-6a2f4f1b8e01",
                    "started_at": "2026-11-23T09:00:00+01:00",
                    "ended_at": "2026-11-23T12:30:00+01:00",
                    "note": "Judged 14 answers on sepsis.",
                },
                {
                    "engagement_id": "0198c2f0-7c1e-7b3a-9d55-6a2f4f1b8e01",
                    "started_at": {"local": "2026-11-23T09:00", "timezone": "Europe/Berlin"},
                    "ended_at": {"local": "2026-11-23T12:30", "timezone": "Europe/Berlin"},
                },
            ]
        }
    )

    engagement_id: UUID
    started_at: Moment
    ended_at: Moment
    note: Note | None = None
    task_reference: Line | None = None

    def time(self) -> TimeSaid:
        """As the verb takes it. Raises the refusals of `local_times`."""
        return TimeSaid(
            self.engagement_id,
            instant_of(self.started_at, "/started_at"),
            instant_of(self.ended_at, "/ended_at"),
            self.note,
            self.task_reference,
        )


class StartTimer(Said):
    """Where she works. `started_at` is the phone's own clock; it tells how far that is off."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "engagement_id": "0198c2f0-7c1e-7b3a-9d55-6a2f4f1b8e01",
                    "started_at": "2026-11-23T09:00:02+01:00",
                }
            ]
        }
    )

    engagement_id: UUID
    started_at: Instant | None = None
    note: Note | None = None
    task_reference: Line | None = None

    def timer(self) -> TimerSaid:
        """As the verb takes it."""
        return TimerSaid(self.engagement_id, self.started_at, self.note, self.task_reference)


class StopTimer(Said):
    """When she stopped, by the phone's clock. Left out: now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"stopped_at": "2026-11-23T12:30:00+01:00"}]}
    )

    stopped_at: Instant | None = None
