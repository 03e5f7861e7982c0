"""Weeks as UTC bounds. A pay week has a zone and a first day; a trainer week is Monday UTC.

All arithmetic on instants is done in UTC: subtracting two datetimes of one zone gives wall-clock
difference, which is an hour wrong twice a year.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from app.domain.time_zones import zone


@dataclass(frozen=True, slots=True)
class PayWeek:
    """How an engagement counts weeks. `first_day` is ISO: Monday 1 … Sunday 7."""

    timezone: str
    first_day: int


@dataclass(frozen=True, slots=True)
class Week:
    """`[starts_at, ends_at)` in UTC: 167, 168 or 169 hours where clocks change."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """`[started_at, ended_at)` in UTC, inside the pay week that starts at `week_starts_at`."""

    started_at: datetime
    ended_at: datetime
    week_starts_at: datetime


TRAINER_WEEK = PayWeek("UTC", 1)


# Kept, like the weeks below: a batch asks for the same few days a thousand times.
@lru_cache(maxsize=4_096)
def start_of_day(day: date, timezone: str) -> datetime:
    """The instant (UTC) at which a local date begins.

    Where clocks skip midnight the first offset is used, which is the instant of the jump; where
    they repeat it, the earlier one.
    """
    return datetime.combine(day, time(), tzinfo=zone(timezone)).astimezone(UTC)


def week_of(instant: datetime, pay_week: PayWeek) -> Week:
    """The pay week that holds an instant."""
    local = instant.astimezone(zone(pay_week.timezone)).date()
    first = local - timedelta(days=(local.isoweekday() - pay_week.first_day) % 7)
    return _week_from(first, pay_week.timezone)


@lru_cache(maxsize=4_096)
def _week_from(first: date, timezone: str) -> Week:
    return Week(start_of_day(first, timezone), start_of_day(first + timedelta(days=7), timezone))


def trainer_week_of(instant: datetime) -> Week:
    """Monday 00:00 UTC to Monday 00:00 UTC: what a trainer's own cap counts in."""
    return week_of(instant, TRAINER_WEEK)


def split_at_weeks(started_at: datetime, ended_at: datetime, pay_week: PayWeek) -> list[Span]:
    """Cut `[started_at, ended_at)` at the bounds of its pay weeks, in order."""
    spans = []
    at = started_at.astimezone(UTC)
    end = ended_at.astimezone(UTC)
    while at < end:
        week = week_of(at, pay_week)
        until = min(end, week.ends_at)
        spans.append(Span(at, until, week.starts_at))
        at = until
    return spans
