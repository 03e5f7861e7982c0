"""Agreed minutes that change in time: raised at once, cut from the next pay week on.

A week that has begun keeps what a trainer could count on when she planned it; a cut never reaches
back. The total counts over the whole engagement, so that its newest value holds at once; what is
worked beyond it already stays, and nothing is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.weeks import Week


@dataclass(frozen=True, slots=True)
class DatedLimits:
    """Minutes that hold from `effective_at` on; no `total_minutes` is no limit."""

    effective_at: datetime
    weekly_minutes: int
    total_minutes: int | None


def in_force(limits: Sequence[DatedLimits], at: datetime) -> DatedLimits:
    """What holds at an instant; before the first, what it will begin with. Oldest first."""
    return next((each for each in reversed(limits) if each.effective_at <= at), limits[0])


def weekly_in(limits: Sequence[DatedLimits], week: Week) -> int:
    """The minutes of a pay week: the most that held at any moment of it. Oldest first."""
    later = (
        each.weekly_minutes for each in limits if week.starts_at < each.effective_at < week.ends_at
    )
    return max([in_force(limits, week.starts_at).weekly_minutes, *later])


def changed(
    limits: Sequence[DatedLimits],
    *,
    weekly_minutes: int,
    total_minutes: int | None,
    now: datetime,
    next_week_at: datetime,
) -> list[DatedLimits]:
    """What to write in the place of everything that is not in force yet. Oldest first."""
    current = in_force(limits, now)
    if current.effective_at > now:
        return [DatedLimits(current.effective_at, weekly_minutes, total_minutes)]
    if weekly_minutes >= current.weekly_minutes:
        at_once = DatedLimits(now, weekly_minutes, total_minutes)
        return [at_once] if _differ(at_once, current) else []
    found = [DatedLimits(next_week_at, weekly_minutes, total_minutes)]
    if total_minutes != current.total_minutes:
        found.insert(0, DatedLimits(now, current.weekly_minutes, total_minutes))
    return found


def _differ(one: DatedLimits, other: DatedLimits) -> bool:
    return (one.weekly_minutes, one.total_minutes) != (other.weekly_minutes, other.total_minutes)
