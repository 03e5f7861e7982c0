"""From when terms hold: from now on or later, never backwards."""

from datetime import datetime, timedelta

# Clocks differ, and an instant is said in whole seconds: "now" may arrive a little late.
TOLERANCE = timedelta(minutes=2)


def takes_effect_at(asked: datetime | None, now: datetime) -> datetime | None:
    """When terms asked for `asked` (None: now) take effect, or None when that lies in the past."""
    if asked is None or now - TOLERANCE <= asked < now:
        return now
    return None if asked < now else asked
