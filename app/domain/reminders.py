"""When somebody is reminded of a deadline, and when a cap is said to be nearly used up.

Each reminder goes out once. A clock that stood still past both of them sends the later one only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LAST_CALL = timedelta(hours=24)
NEAR_PERCENT = 80


class Reminder(StrEnum):
    HALF = "half"
    LAST_CALL = "last_call"


@dataclass(frozen=True, slots=True)
class Window:
    """`[begins_at, ends_at)`: the time somebody has to act."""

    begins_at: datetime
    ends_at: datetime

    @property
    def half_at(self) -> datetime:
        return self.begins_at + (self.ends_at - self.begins_at) / 2

    @property
    def last_call_at(self) -> datetime | None:
        """A day before the end, if that comes after half time; else half time is enough."""
        at = self.ends_at - LAST_CALL
        return at if at > self.half_at else None


def due(window: Window, now: datetime) -> Reminder | None:
    """The reminder that holds at `now`: None before half time, and from the deadline on."""
    if not window.half_at <= now < window.ends_at:
        return None
    last_call_at = window.last_call_at
    if last_call_at is not None and now >= last_call_at:
        return Reminder.LAST_CALL
    return Reminder.HALF


def fill_of(used: int, cap: int) -> int | None:
    """100 when a cap is used up, 80 when four fifths of it are, else None. A cap of 0 is full."""
    if used >= cap:
        return 100
    return NEAR_PERCENT if used * 100 >= cap * NEAR_PERCENT else None
