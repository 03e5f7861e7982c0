"""What is left under the caps, as a trainer may see it: minutes, and never whose money."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain import caps
from app.domain.caps import CounterKey, Ground, Scope
from app.domain.hours import SECONDS_PER_MINUTE
from app.domain.weeks import Week, trainer_week_of, week_of

# That money stands behind two of the caps stays with the company.
_TRAINERS_NAMES = {Scope.PROJECT_BUDGET: "project", Scope.CREDIT_LIMIT: "project"}


@dataclass(frozen=True, slots=True)
class CapLeft:
    """One cap; `cap_minutes` is None where it would tell of money."""

    cap: str
    cap_minutes: int | None
    left_minutes: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whole minutes left under each cap for time at an instant, and the cap that binds first."""

    caps: tuple[CapLeft, ...]
    binding_cap: str | None
    left_minutes: int | None
    pay_week: Week
    trainer_week: Week


def trainers_name(scope: Scope) -> str:
    """The name of a cap on the trainer's side."""
    return _TRAINERS_NAMES.get(scope, scope.value)


def of(
    ground: Ground, agreed: Mapping[CounterKey, int], left: Mapping[CounterKey, int], at: datetime
) -> Allowance:
    """The allowance for time at `at`, whose counters' caps and rests are given in units."""
    pay_week = week_of(at, ground.pay_week)
    weights = caps.sections(ground, at, pay_week.ends_at)[0].weights
    return told(
        {key.scope: agreed[key] for key, _ in weights},
        {key.scope: caps.minutes_left(left[key], weight) for key, weight in weights},
        pay_week=pay_week,
        trainer_week=trainer_week_of(at),
    )


def told(
    agreed: Mapping[Scope, int],
    left_minutes: Mapping[Scope, int],
    *,
    pay_week: Week,
    trainer_week: Week,
) -> Allowance:
    """The allowance of these caps, in their order. `agreed` is in units, what is left in minutes.

    Caps that nobody set are left out.
    """
    minutes = {s: left for s, left in left_minutes.items() if agreed[s] != caps.NO_CAP}
    shown: dict[str, CapLeft] = {}
    for scope, left in minutes.items():
        name = trainers_name(scope)
        cap_minutes = None if caps.is_money(scope) else agreed[scope] // SECONDS_PER_MINUTE
        least = min(left, shown[name].left_minutes if name in shown else caps.NO_CAP)
        shown[name] = CapLeft(name, cap_minutes, least)
    binding = caps.least(minutes)
    return Allowance(
        caps=tuple(shown.values()),
        binding_cap=trainers_name(binding) if binding else None,
        left_minutes=minutes[binding] if binding else None,
        pay_week=pay_week,
        trainer_week=trainer_week,
    )
