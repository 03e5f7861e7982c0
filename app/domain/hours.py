"""From seconds to minutes to money, rounded once.

Seconds of one engagement, week and rate are summed; the sum becomes minutes (half up), the minutes
become money (half up). A later line of the same engagement, week and rate holds what the new sum
comes to minus what earlier lines hold, so that cutting work in pieces never changes its price.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.money import div_half_up
from app.domain.rates import DatedRate, rate_at
from app.domain.weeks import Span

SECONDS_PER_MINUTE = 60
MINUTES_PER_HOUR = 60
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Priced:
    """Worked seconds with the minutes and minor units that they come to."""

    seconds: int
    minutes: int
    minor: int

    def __add__(self, other: "Priced") -> "Priced":
        return Priced(
            self.seconds + other.seconds, self.minutes + other.minutes, self.minor + other.minor
        )


NOTHING = Priced(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """What time of one worked week under one rate adds to earlier lines of the same."""

    week_starts_at: datetime
    rate_minor: int
    priced: Priced


def seconds_between(started_at: datetime, ended_at: datetime) -> int:
    """True elapsed whole seconds. Both instants must be aware; raises ValueError otherwise."""
    if started_at.utcoffset() is None or ended_at.utcoffset() is None:
        raise ValueError("an instant needs its offset")
    return int(ended_at.timestamp()) - int(started_at.timestamp())


def minutes_from_seconds(seconds: int) -> int:
    """Whole minutes, half up."""
    return div_half_up(seconds, SECONDS_PER_MINUTE)


def money_from_minutes(minutes: int, rate_minor: int) -> int:
    """Minor units for minutes at a rate an hour, half up."""
    return div_half_up(minutes * rate_minor, MINUTES_PER_HOUR)


def further(before: Priced, seconds: int, rate_minor: int) -> Priced:
    """What `seconds` more add to `before` of the same engagement, week and rate.

    Raises ValueError for negative seconds: approved time never shrinks.
    """
    if seconds < 0:
        raise ValueError("approved time never shrinks")
    minutes = minutes_from_seconds(before.seconds + seconds)
    return Priced(
        seconds, minutes - before.minutes, money_from_minutes(minutes, rate_minor) - before.minor
    )


def corrected(before: Priced, minutes: int, rate_minor: int) -> Priced:
    """What `minutes` more or fewer change in `before` of the same engagement, week and rate.

    The sum is rounded once, as for time. Raises ValueError when more is taken than there is.
    """
    seconds = minutes * SECONDS_PER_MINUTE
    if before.seconds + seconds < 0:
        raise ValueError("more is taken than was approved")
    total = minutes_from_seconds(before.seconds + seconds)
    return Priced(
        seconds, total - before.minutes, money_from_minutes(total, rate_minor) - before.minor
    )


def seconds_by_rate(
    spans: Iterable[tuple[datetime, datetime]], rates: Sequence[DatedRate]
) -> dict[int, int]:
    """Seconds of the spans under each rate (minor units an hour).

    A span over the day on which a rate changes is shared out. Raises LookupError for time before
    the first rate.
    """
    found: dict[int, int] = {}
    for started_at, ended_at in spans:
        cuts = sorted(r.effective_at for r in rates if started_at < r.effective_at < ended_at)
        bounds = [started_at, *cuts, ended_at]
        for start, end in itertools.pairwise(bounds):
            minor = rate_at(rates, start).minor
            found[minor] = found.get(minor, 0) + seconds_between(start, end)
    return found


def price(
    spans: Iterable[Span],
    rates: Sequence[DatedRate],
    before: Mapping[tuple[datetime, int], Priced],
) -> list[Line]:
    """Lines for spans of one engagement, by worked week and rate. `before`: what lines hold.

    Raises LookupError for time before the first rate.
    """
    weeks: dict[datetime, list[tuple[datetime, datetime]]] = {}
    for span in spans:
        weeks.setdefault(span.week_starts_at, []).append((span.started_at, span.ended_at))
    return [
        Line(week, rate, further(before.get((week, rate), NOTHING), seconds, rate))
        for week, worked in sorted(weeks.items())
        for rate, seconds in sorted(seconds_by_rate(worked, rates).items())
    ]
