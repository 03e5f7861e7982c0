"""How fast minutes are used up, and when they will be gone at that pace."""

from dataclasses import dataclass
from datetime import datetime, timedelta

PACE_OVER = timedelta(days=28)
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Forecast:
    """`pace_seconds_per_week` over the time looked at; `exhausted_at` None: not at this pace."""

    pace_seconds_per_week: int
    exhausted_at: datetime | None


def forecast(
    *, left_seconds: int | None, worked_seconds: int, since: datetime, now: datetime
) -> Forecast:
    """When `left_seconds` (None: no cap) are gone if work goes on as from `since` until `now`.

    Less than a day is looked at as a day, so that one long morning promises no disaster. Nothing
    left is gone now; more than ten years ahead is never.
    """
    looked_at = max(_DAY_SECONDS, int((now - since).total_seconds()))
    pace = worked_seconds * 7 * _DAY_SECONDS // looked_at
    if left_seconds is None:
        return Forecast(pace, None)
    if left_seconds <= 0:
        return Forecast(pace, now)
    if worked_seconds <= 0:
        return Forecast(pace, None)
    ahead_seconds = left_seconds * looked_at // worked_seconds
    if ahead_seconds > 3_650 * _DAY_SECONDS:
        return Forecast(pace, None)
    return Forecast(pace, now + timedelta(seconds=ahead_seconds))
