"""Caps on time: six counters at once, which one binds, and what to do with the rest.

Minute caps count seconds. Money caps count minor units × 3600, that is seconds × bill rate an
hour, so that nothing is ever rounded before the invoice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from app.domain.hours import SECONDS_PER_HOUR, SECONDS_PER_MINUTE, seconds_between
from app.domain.rates import DatedRate, rate_at
from app.domain.weeks import (
    TRAINER_WEEK,
    PayWeek,
    Week,
    split_at_weeks,
    trainer_week_of,
    week_of,
)

NO_CAP = 2**62
DEFAULT_TRAINER_WEEK_MINUTES = 2_400


class Scope(StrEnum):
    """What a cap covers, in the order in which counters are locked. Ties bind in this order."""

    TRAINER_WEEK = "trainer_week"
    ENGAGEMENT_WEEK = "engagement_week"
    ENGAGEMENT_TOTAL = "engagement_total"
    POSITION_TOTAL = "position_total"
    PROJECT_BUDGET = "project_budget"
    CREDIT_LIMIT = "credit_limit"


ORDER = tuple(Scope)
# Many engagements stand under one of these; the others are one trainer's or one engagement's own.
SHARED = (Scope.POSITION_TOTAL, Scope.PROJECT_BUDGET, Scope.CREDIT_LIMIT)
MONEY_SCOPES = frozenset({Scope.PROJECT_BUDGET, Scope.CREDIT_LIMIT})
# What each party may lift. Nobody lifts a credit limit by agreeing to hours: it is granted.
COMPANY_LIFTS = frozenset(
    {Scope.ENGAGEMENT_WEEK, Scope.ENGAGEMENT_TOTAL, Scope.POSITION_TOTAL, Scope.PROJECT_BUDGET}
)
OPERATIONS_LIFTS = frozenset({Scope.TRAINER_WEEK})
# Time that the platform pays for itself counts for the trainer's week only.
PLATFORM_COST_SCOPES = frozenset({Scope.TRAINER_WEEK})
ALL_SCOPES = frozenset(ORDER)


def is_money(scope: Scope) -> bool:
    return scope in MONEY_SCOPES


@dataclass(frozen=True, slots=True)
class CounterKey:
    """One counter row. `period` is '' or the week's start, ISO in UTC."""

    scope: Scope
    scope_id: UUID
    period: str
    # Kept: a batch looks the same few counters up many thousand times.
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.scope, self.scope_id, self.period)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def place(self) -> tuple[int, str, str]:
        """The one order in which counters are locked, whoever needs which."""
        return (ORDER.index(self.scope), str(self.scope_id), self.period)


@dataclass(frozen=True, slots=True)
class Ground:
    """Whose counters an engagement's time moves, and at which bill rates."""

    trainer_id: UUID
    engagement_id: UUID
    position_id: UUID
    project_id: UUID
    company_id: UUID
    pay_week: PayWeek
    bill_rates: tuple[DatedRate, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Time in one pay week, one trainer week and under one bill rate. `weights`: units a second."""

    started_at: datetime
    ended_at: datetime
    week_starts_at: datetime
    weights: tuple[tuple[CounterKey, int], ...]

    @property
    def seconds(self) -> int:
        return seconds_between(self.started_at, self.ended_at)


@dataclass(frozen=True, slots=True)
class Piece:
    """Time in one pay week that fits (`binding` None) or does not fit, and why."""

    started_at: datetime
    ended_at: datetime
    week_starts_at: datetime
    binding: Scope | None

    @property
    def seconds(self) -> int:
        return seconds_between(self.started_at, self.ended_at)


@dataclass(slots=True)
class Tally:
    """Counters under lock: what is left in each, and by how much this deed moves each."""

    left: dict[CounterKey, int]
    moved: dict[CounterKey, int] = field(default_factory=dict)

    def release(self, sections: Iterable[Section]) -> None:
        """Give back what these sections had used."""
        for section in sections:
            self._move(section, -section.seconds)

    def charge(self, sections: Iterable[Section]) -> None:
        """Use up, whether it fits or not: for time that was agreed to."""
        for section in sections:
            self._move(section, section.seconds)

    def split(self, sections: Iterable[Section]) -> list[Piece]:
        """Use up what fits of each section, in order; return all of it in pieces."""
        pieces: list[Piece] = []
        for section in sections:
            seconds, binding = self.room(section)
            if seconds:
                self._move(section, seconds)
            turn = section.started_at + timedelta(seconds=seconds)
            _append(pieces, section, section.started_at, turn, None)
            _append(pieces, section, turn, section.ended_at, binding)
        return pieces

    def room(self, section: Section) -> tuple[int, Scope | None]:
        """How many seconds of the section fit, and the cap that binds if it is not all."""
        seconds, binding = section.seconds, None
        for key, weight in section.weights:
            fits = max(0, self.left[key]) // weight
            if fits < seconds:
                seconds, binding = fits, key.scope
        return seconds, binding

    def _move(self, section: Section, seconds: int) -> None:
        for key, weight in section.weights:
            self.left[key] -= seconds * weight
            self.moved[key] = self.moved.get(key, 0) + seconds * weight


def _append(
    pieces: list[Piece],
    section: Section,
    started_at: datetime,
    ended_at: datetime,
    binding: Scope | None,
) -> None:
    """Add a piece, or let the one before run on: a trainer week's bound alone splits nothing."""
    if started_at == ended_at:
        return
    before = pieces[-1] if pieces else None
    if (
        before is not None
        and before.ended_at == started_at
        and before.week_starts_at == section.week_starts_at
        and before.binding == binding
    ):
        pieces[-1] = Piece(before.started_at, ended_at, before.week_starts_at, binding)
    else:
        pieces.append(Piece(started_at, ended_at, section.week_starts_at, binding))


def sections(
    ground: Ground,
    started_at: datetime,
    ended_at: datetime,
    *,
    scopes: frozenset[Scope] = ALL_SCOPES,
) -> list[Section]:
    """Cut time at pay weeks, trainer weeks and changes of the bill rate, with its counters."""
    found = []
    for span in split_at_weeks(started_at, ended_at, ground.pay_week):
        at = span.started_at
        while at < span.ended_at:
            trainer_week = trainer_week_of(at)
            until = min(
                [span.ended_at, trainer_week.ends_at]
                + [r.effective_at for r in ground.bill_rates if r.effective_at > at]
            )
            weights = _weights(
                _owners(ground), trainer_week.starts_at, span.week_starts_at,
                rate_at(ground.bill_rates, at).minor, scopes,
            )  # fmt: skip
            found.append(Section(at, until, span.week_starts_at, weights))
            at = until
    return found


def keys_of_times(ground: Ground, times: Iterable[tuple[datetime, datetime]]) -> set[CounterKey]:
    """Every counter that these times can move; rates do not matter for that."""
    found: set[CounterKey] = set()
    known: Week | None = None
    for started_at, ended_at in times:
        # Most times of a batch lie in one week: it is told apart once.
        if known and known.starts_at <= started_at and ended_at <= known.ends_at:
            continue
        for span in split_at_weeks(started_at, ended_at, ground.pay_week):
            for week in split_at_weeks(span.started_at, span.ended_at, TRAINER_WEEK):
                found.update(_keys(_owners(ground), week.week_starts_at, span.week_starts_at))
        own, paid = trainer_week_of(started_at), week_of(started_at, ground.pay_week)
        known = Week(max(own.starts_at, paid.starts_at), min(own.ends_at, paid.ends_at))
    return found


_Owners = tuple[UUID, UUID, UUID, UUID, UUID]


def _owners(ground: Ground) -> _Owners:
    return (
        ground.trainer_id, ground.engagement_id, ground.position_id, ground.project_id,
        ground.company_id,
    )  # fmt: skip


# Kept, both: all entries of a week move the same counters.
@lru_cache(maxsize=1_024)
def _keys(owners: _Owners, trainer_week_at: datetime, week_at: datetime) -> tuple[CounterKey, ...]:
    trainer, engagement, position, project, company = owners
    return (
        CounterKey(Scope.TRAINER_WEEK, trainer, trainer_week_at.isoformat()),
        CounterKey(Scope.ENGAGEMENT_WEEK, engagement, week_at.isoformat()),
        CounterKey(Scope.ENGAGEMENT_TOTAL, engagement, ""),
        CounterKey(Scope.POSITION_TOTAL, position, ""),
        CounterKey(Scope.PROJECT_BUDGET, project, ""),
        CounterKey(Scope.CREDIT_LIMIT, company, ""),
    )


@lru_cache(maxsize=1_024)
def _weights(
    owners: _Owners,
    trainer_week_at: datetime,
    week_at: datetime,
    rate_minor: int,
    scopes: frozenset[Scope],
) -> tuple[tuple[CounterKey, int], ...]:
    return tuple(
        (key, rate_minor if is_money(key.scope) else 1)
        for key in _keys(owners, trainer_week_at, week_at)
        if key.scope in scopes
    )


def prefix(pieces: Sequence[Piece], started_at: datetime) -> tuple[datetime, Scope | None]:
    """Until when time from `started_at` fits without a gap, and the cap that ends it, if any."""
    until = started_at
    for piece in pieces:
        if piece.binding is not None:
            return until, piece.binding
        until = piece.ended_at
    return until, None


def cap_units(minutes: int | None) -> int:
    """A cap in minutes as the units of its counter; None is no cap."""
    return NO_CAP if minutes is None else minutes * SECONDS_PER_MINUTE


def money_cap_units(minor: int | None) -> int:
    """A cap in minor units as the units of its counter; None is no cap."""
    return NO_CAP if minor is None else minor * SECONDS_PER_HOUR


def minutes_left(left: int, weight: int) -> int:
    """Whole minutes that fit in what is left, rounded down."""
    return max(0, left) // weight // SECONDS_PER_MINUTE


def least(left: Mapping[Scope, int]) -> Scope | None:
    """The scope with the fewest minutes left; ties go to the first in order. None when empty."""
    return min(left, key=lambda scope: (left[scope], ORDER.index(scope)), default=None)
