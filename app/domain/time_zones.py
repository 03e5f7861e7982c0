"""Time zones, all from one source, and the working hours that two of them share."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib.metadata import version
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

# Weeks and pay follow the pinned package, not whatever rules the machine happens to have.
reset_tzpath(to=())

WORKING_DAY_MINUTES = 480  # 09:00 to 17:00 local time
_DAY_MINUTES = 1440


def edition() -> str:
    """Which edition of the rules is in force, such as 2026.6."""
    return version("tzdata")


def zone(name: str) -> ZoneInfo:
    """The rules of an IANA zone. Raises ZoneInfoNotFoundError for an unknown one."""
    return ZoneInfo(name)


@lru_cache(maxsize=65_536)
def overlap_minutes(own: str, other: str, on: date) -> int:
    """Minutes (0..480) that 09:00–17:00 in `own` and in `other` share on the day `on`.

    Offsets are those at noon UTC of that day, so a change of clocks counts on its own day.
    """
    apart = abs(_offset_minutes(own, on) - _offset_minutes(other, on)) % _DAY_MINUTES
    apart = min(apart, _DAY_MINUTES - apart)
    return max(0, WORKING_DAY_MINUTES - apart)


@lru_cache(maxsize=256)
def zones_sharing(own: str, minutes: int, on: date) -> frozenset[str]:
    """All IANA zones that share at least `minutes` of the working day with `own` on `on`."""
    return frozenset(each for each in all_zones() if overlap_minutes(own, each, on) >= minutes)


@lru_cache(maxsize=1)
def all_zones() -> frozenset[str]:
    """The names of all IANA zones."""
    return frozenset(available_timezones())


@lru_cache(maxsize=8_192)
def _offset_minutes(name: str, on: date) -> int:
    noon = datetime.combine(on, time(12), tzinfo=UTC).astimezone(zone(name))
    offset = noon.utcoffset()
    assert offset is not None  # an aware instant always has one
    return int(offset.total_seconds()) // 60
