"""What a correction comes to on one side of the wall, whose rates and lines the caller brings."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.domain import hours
from app.domain.hours import Line, Priced
from app.domain.rates import DatedRate, rate_at
from app.domain.weeks import PayWeek, week_of
from app.engagements.queries import EngagementFacts
from app.timesheets.refusals import CorrectionTooLarge, WeekNotApproved


def line_of(
    engagement: EngagementFacts,
    rates: Sequence[DatedRate],
    held: Mapping[tuple[datetime, int], Priced],
    *,
    minutes: int,
    worked_at: datetime,
) -> Line:
    """What so many minutes change in the week and at the rate of an instant.

    `held`: what lines of the engagement hold by week and rate. Raises WeekNotApproved,
    CorrectionTooLarge.
    """
    week = week_of(worked_at, PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day))
    try:
        rate = rate_at(rates, worked_at)
    except LookupError:  # the part of the first week before the first day
        raise WeekNotApproved from None
    if not any(start == week.starts_at for start, _ in held):
        raise WeekNotApproved
    before = held.get((week.starts_at, rate.minor), hours.NOTHING)
    if before.seconds + minutes * hours.SECONDS_PER_MINUTE < 0:
        raise CorrectionTooLarge
    return Line(week.starts_at, rate.minor, hours.corrected(before, minutes, rate.minor))
