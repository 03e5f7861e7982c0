"""Working hours in two time zones: how many minutes a day they share."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

WORKING_DAY_MINUTES = 480  # 09:00 to 17:00 local time
_DAY_MINUTES = 1440


@lru_cache(maxsize=65_536)
def overlap_minutes(zone: str, other: str, on: date) -> int:
    """Minutes (0..480) that 09:00–17:00 in `zone` and in `other` share on the day `on`.

    Offsets are those at noon UTC of that day, so a change of clocks counts on its own day.
    """
    apart = abs(_offset_minutes(zone, on) - _offset_minutes(other, on)) % _DAY_MINUTES
    apart = min(apart, _DAY_MINUTES - apart)
    return max(0, WORKING_DAY_MINUTES - apart)


@lru_cache(maxsize=256)
def zones_sharing(zone: str, minutes: int, on: date) -> frozenset[str]:
    """All IANA zones that share at least `minutes` of the working day with `zone` on `on`."""
    return frozenset(each for each in _zones() if overlap_minutes(zone, each, on) >= minutes)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=8_192)
def _offset_minutes(zone: str, on: date) -> int:
    noon = datetime.combine(on, time(12), tzinfo=UTC).astimezone(ZoneInfo(zone))
    offset = noon.utcoffset()
    assert offset is not None  # an aware instant always has one
    return int(offset.total_seconds()) // 60
