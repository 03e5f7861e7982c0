"""An engagement's legal moves, and the instant at which its first day begins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.weeks import start_of_day


class EngagementState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class EngagementEvent(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"


class EndReason(StrEnum):
    """Why a company ends an engagement; the trainer reads it with a sentence of the company's."""

    WORK_DONE = "work_done"
    PROJECT_CLOSED = "project_closed"
    LESS_WORK = "less_work"
    REQUIREMENTS_CHANGED = "requirements_changed"
    TRAINER_ASKED = "trainer_asked"
    OTHER = "other"


MOVES: Mapping[tuple[EngagementState, EngagementEvent], EngagementState] = {
    (EngagementState.ACTIVE, EngagementEvent.PAUSE): EngagementState.PAUSED,
    (EngagementState.PAUSED, EngagementEvent.RESUME): EngagementState.ACTIVE,
    (EngagementState.ACTIVE, EngagementEvent.END): EngagementState.ENDED,
    (EngagementState.PAUSED, EngagementEvent.END): EngagementState.ENDED,
}


@dataclass(frozen=True, slots=True)
class Pause:
    """`[paused_at, resumed_at)`; no `resumed_at` while it lasts."""

    paused_at: datetime
    resumed_at: datetime | None


def meets_pause(pauses: Iterable[Pause], started_at: datetime, ended_at: datetime) -> bool:
    """Whether any moment of `[started_at, ended_at)` lies in a pause."""
    return any(
        started_at < (pause.resumed_at or ended_at) and pause.paused_at < ended_at
        for pause in pauses
    )


def paused_from(pauses: Iterable[Pause], started_at: datetime) -> datetime | None:
    """When work that began at `started_at` is paused; None if it never is."""
    later = (
        max(pause.paused_at, started_at)
        for pause in pauses
        if pause.resumed_at is None or pause.resumed_at > started_at
    )
    return min(later, default=None)


def begins_at(starts_on: date, timezone: str) -> datetime:
    """00:00 of the first day in the pay-week zone, in UTC. Terms and limits hold from here on.

    Where a clock change skips midnight, the day begins at the instant of the change.
    """
    return start_of_day(starts_on, timezone)
