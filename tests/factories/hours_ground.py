"""Hours under caps in plain Python: who works where, what is agreed, and how time fits.

Written from the rules and without a line of the application, to be held against it. Nothing is
counted on the way: what is used of a cap is summed up anew from all entries each time.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3_600, 86_400))
# The order in which caps bind when several leave the same.
SCOPES = (
    "trainer_week", "engagement_week", "engagement_total", "position_total", "project_budget",
    "credit_limit",
)  # fmt: skip
MONEY = ("project_budget", "credit_limit")
COUNTED = ("running", "recorded", "on_timesheet", "contested", "approved")
Key = tuple[str, str, str]


def week_start(at: datetime, timezone: str, first_day: int) -> datetime:
    """The midnight at which the week of an instant began, on a clock in its zone."""
    day = at.astimezone(ZoneInfo(timezone)).date()
    while day.isoweekday() != first_day:
        day -= DAY
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone))
    return midnight.astimezone(UTC)


def week_end(start: datetime, timezone: str, first_day: int) -> datetime:
    return week_start(start + 8 * DAY - 2 * HOUR, timezone, first_day)


@dataclass
class Job:
    """An engagement. `rates` and `limits` are dated, oldest first: (from, minor) and
    (from, weekly minutes, total minutes or None)."""

    name: str
    trainer: str
    position: str
    project: str
    company: str
    timezone: str
    first_day: int
    rates: list[tuple[datetime, int]]
    limits: list[tuple[datetime, int, int | None]]

    def week(self, at: datetime) -> datetime:
        return week_start(at, self.timezone, self.first_day)

    def week_after(self, week: datetime) -> datetime:
        return week_end(week, self.timezone, self.first_day)

    def rate(self, at: datetime) -> int:
        return [minor for since, minor in self.rates if since <= at][-1]

    def limit(self, at: datetime) -> tuple[datetime, int, int | None]:
        return [each for each in self.limits if each[0] <= at][-1]

    def weekly(self, week: datetime) -> int:
        """The most that held at any moment of a week."""
        end = self.week_after(week)
        return max(
            [self.limit(week)[1], *(weekly for at, weekly, _ in self.limits if week < at < end)]
        )

    def change(
        self, weekly: int | None, total: int | None, *, sets_total: bool, now: datetime
    ) -> None:
        """Raised at once, a week's cut from the next week on, a total at once."""
        newest, current = self.limits[-1], self.limit(now)
        weekly = weekly or newest[1]
        total = total if sets_total else newest[2]
        self.limits = [each for each in self.limits if each[0] <= now]
        if weekly >= current[1]:
            coming = [(now, weekly, total)]
        else:
            coming = [(now, current[1], total), (self.week_after(self.week(now)), weekly, total)]
        for each in coming:
            if each[1:] != self.limits[-1][1:]:
                self.limits = [old for old in self.limits if old[0] != each[0]] + [each]

    def cuts(self, start: datetime, end: datetime) -> list[datetime]:
        """Where a span must be cut: weeks of both kinds and changes of the rate."""
        found = {start, end} | {at for at, _ in self.rates if start < at < end}
        for timezone, first_day in ((self.timezone, self.first_day), ("UTC", 1)):
            at = week_end(week_start(start, timezone, first_day), timezone, first_day)
            while at < end:
                found.add(at)
                at = week_end(at, timezone, first_day)
        return sorted(found)

    def keys(self, at: datetime) -> dict[str, Key]:
        owners = (self.trainer, self.name, self.name, self.position, self.project, self.company)
        periods = (week_start(at, "UTC", 1).isoformat(), self.week(at).isoformat(), "", "", "", "")
        return {s: (s, o, p) for s, o, p in zip(SCOPES, owners, periods, strict=True)}


@dataclass
class Piece:
    """Time of one entry in one state. A running one has no end, and reserves until `stops_by`."""

    root: str
    job: Job
    start: datetime
    end: datetime | None
    state: str
    binding: str | None = None
    stops_by: datetime | None = None
    sheet: datetime | None = None
    decide_by: datetime | None = None
    company_agreed: bool = False
    operations_agreed: bool = False
    platform_pays: bool = False

    @property
    def reserved_until(self) -> datetime:
        until = self.end or self.stops_by
        assert until is not None
        return until

    @property
    def agreed(self) -> bool:
        return self.company_agreed or self.operations_agreed


@dataclass
class Fit:
    """A part of some time, and the cap that leaves no room for it."""

    start: datetime
    end: datetime
    week: datetime
    binding: str | None


@dataclass
class Ground:
    """All that is agreed, and all that was worked."""

    jobs: dict[str, Job]
    trainer_weeks: dict[str, int]
    positions: dict[str, int | None]
    budgets: dict[str, int | None]
    credits: dict[str, int]
    pieces: list[Piece] = field(default_factory=list)

    def cap(self, job: Job, scope: str, at: datetime, now: datetime) -> Fraction | None:
        """In seconds, or for money in minor units an hour × seconds; None without a cap."""
        if scope in MONEY:
            minor = self.budgets[job.project] if scope == MONEY[0] else self.credits[job.company]
            return None if minor is None else Fraction(minor * 3_600)
        minutes = {
            "trainer_week": self.trainer_weeks[job.trainer],
            "engagement_week": job.weekly(job.week(at)),
            "engagement_total": job.limit(now)[2],
            "position_total": self.positions[job.position],
        }[scope]
        return None if minutes is None else Fraction(minutes * 60)

    def used(self) -> Counter[Key]:
        """What stands in entries, under every cap."""
        found: Counter[Key] = Counter()
        for piece in self.pieces:
            if piece.state in COUNTED:
                self.count(found, piece.job, piece.start, piece.reserved_until,
                           ("trainer_week",) if piece.platform_pays else SCOPES)  # fmt: skip
        return found

    def count(
        self, used: Counter[Key], job: Job, start: datetime, end: datetime,
        scopes: tuple[str, ...] = SCOPES,
    ) -> None:  # fmt: skip
        bounds = job.cuts(start, end) if start < end else []
        for one, other in pairwise(bounds):
            for scope, key in job.keys(one).items():
                if scope in scopes:
                    weight = job.rate(one) if scope in MONEY else 1
                    used[key] += int((other - one) / SECOND) * weight

    def room(self, used: Counter[Key], job: Job, at: datetime, now: datetime) -> dict[str, int]:
        """Whole seconds that fit at an instant, by scope that has a cap."""
        found = {}
        for scope, key in job.keys(at).items():
            cap = self.cap(job, scope, at, now)
            if cap is not None:
                weight = job.rate(at) if scope in MONEY else 1
                found[scope] = int(max(Fraction(0), cap - used[key]) / weight)
        return found

    def fit(
        self, used: Counter[Key], job: Job, start: datetime, end: datetime, now: datetime
    ) -> list[Fit]:
        """What of a span fits, piece by piece; `used` is moved by what does."""
        found: list[Fit] = []
        bounds = job.cuts(start, end) if start < end else []
        for one, other in pairwise(bounds):
            rooms = self.room(used, job, one, now)
            length = int((other - one) / SECOND)
            scope = min(rooms, key=lambda each: (rooms[each], SCOPES.index(each)))
            fits = min(length, rooms[scope])
            turn = one + fits * SECOND
            self.count(used, job, one, turn)
            for begin, stop, binding in ((one, turn, None), (turn, other, scope)):
                _join(found, Fit(begin, stop, job.week(one), binding))
        return found

    def reach(
        self, used: Counter[Key], job: Job, start: datetime, end: datetime, now: datetime
    ) -> tuple[datetime, str | None]:
        """Until when a span fits without a gap, and the cap that ends it."""
        until = start
        for part in self.fit(Counter(used), job, start, end, now):
            if part.binding is not None:
                return until, part.binding
            until = part.end
        return until, None

    def left_minutes(self, job: Job, now: datetime) -> dict[str, int]:
        """As a trainer is told: whole minutes, and money under one name."""
        found: dict[str, int] = {}
        for scope, seconds in self.room(self.used(), job, now, now).items():
            name = "project" if scope in MONEY else scope
            found[name] = min(seconds // 60, found.get(name, 2**62))
        return found


def _join(found: list[Fit], part: Fit) -> None:
    if part.start == part.end:
        return
    last = found[-1] if found else None
    if last and (last.end, last.week, last.binding) == (part.start, part.week, part.binding):
        last.end = part.end
    else:
        found.append(part)
