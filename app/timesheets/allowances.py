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
    minutes = {
        key.scope: caps.minutes_left(left[key], weight)
        for key, weight in weights
        if agreed[key] != caps.NO_CAP
    }
    shown: dict[str, CapLeft] = {}
    for key, _ in weights:
        if key.scope not in minutes:
            continue
        name = trainers_name(key.scope)
        cap_minutes = None if caps.is_money(key.scope) else agreed[key] // SECONDS_PER_MINUTE
        least = min(minutes[key.scope], shown[name].left_minutes if name in shown else caps.NO_CAP)
        shown[name] = CapLeft(name, cap_minutes, least)
    binding = caps.least(minutes)
    return Allowance(
        caps=tuple(shown.values()),
        binding_cap=trainers_name(binding) if binding else None,
        left_minutes=minutes[binding] if binding else None,
        pay_week=pay_week,
        trainer_week=trainer_week_of(at),
    )
