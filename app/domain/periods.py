"""Accounting periods: calendar months in UTC, closed one after the other.

A fact that comes late, with a date in a closed month, is booked at the start of the next open one
and keeps its own date beside it: what was reported does not change any more.
"""

import re
from datetime import UTC, date, datetime
from enum import StrEnum

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class PeriodState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class PeriodEvent(StrEnum):
    CLOSED = "closed"
    REOPENED = "reopened"


def month_of(instant: datetime) -> date:
    """The first day of the instant's month in UTC."""
    return instant.astimezone(UTC).date().replace(day=1)


def month_after(month_on: date) -> date:
    """The first day of the following month."""
    if month_on.month == 12:
        return date(month_on.year + 1, 1, 1)
    return month_on.replace(month=month_on.month + 1)


def starts_at(month_on: date) -> datetime:
    """The first instant of a month."""
    return datetime(month_on.year, month_on.month, 1, tzinfo=UTC)


def is_over(month_on: date, now: datetime) -> bool:
    """Whether the month lies wholly in the past."""
    return starts_at(month_after(month_on)) <= now


def read_month(said: str) -> date | None:
    """`2026-10` → its first day; None for anything else."""
    found = _MONTH.fullmatch(said)
    if found is None or found[1] == "0000":
        return None
    return date(int(found[1]), int(found[2]), 1)


def written(month_on: date) -> str:
    """The way `read_month` reads it."""
    return f"{month_on.year:04}-{month_on.month:02}"


def still_open(at_end_minor: int, later_debits_minor: int, later_credits_minor: int) -> int:
    """What is left of a clearing account's balance at the end of a month, after all that was booked
    on the other side since: the oldest money is cleared first. Credits are negative."""
    if at_end_minor > 0:
        return max(0, at_end_minor + later_credits_minor)
    return min(0, at_end_minor + later_debits_minor)
