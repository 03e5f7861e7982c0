"""Faults to order: which request or delivery goes wrong, how, and how often.

They live in memory only; a restarted simulator is a healthy one.
"""

import re
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from app.simulators.stripe.store import new_id

T = TypeVar("T")
REQUEST_KINDS = frozenset(
    {
        "timeout_after_commit",
        "timeout_before_commit",
        "close_after_commit",
        "conflict_409",
        "rate_limit_429",
        "error_500_before_commit",
        "error_500_after_commit",
        "slow",
    }
)
WEBHOOK_KINDS = frozenset(
    {
        "webhook_duplicate",
        "webhook_drop",
        "webhook_delay",
        "webhook_bad_signature",
        "webhook_wrong_secret",
        "webhook_old_timestamp",
        "webhook_again",
        "webhook_two_secrets",
    }
)


class BadFault(ValueError):
    """The fault as ordered makes no sense; the message says why."""


@dataclass
class Fault:
    """`path` is a regular expression matched from the start; `event` a type, or a start of one
    with `*` behind it.

    The fault strikes matches number `nth` to `nth + times - 1`. `seconds` is how long to hang,
    wait, delay, or let pass until a letter comes again; `copies` how many duplicates;
    `should_retry` the header on 429 and 500; `stored` whether
    a 500 is kept under its key as Stripe v1 does.
    """

    id: str
    kind: str
    method: str | None = None
    path: str = ""
    event: str = "*"
    nth: int = 1
    times: int = 1
    seconds: float = 30.0
    copies: int = 1
    should_retry: bool | None = None
    stored: bool = True
    seen: int = 0
    struck: int = 0

    def strikes(self) -> bool:
        self.seen += 1
        if self.nth <= self.seen < self.nth + self.times:
            self.struck += 1
            return True
        return False


FIELDS: dict[str, type | tuple[type, ...]] = {
    "kind": str,
    "method": str,
    "path": str,
    "event": str,
    "nth": int,
    "times": int,
    "seconds": (int, float),
    "copies": int,
    "should_retry": bool,
    "stored": bool,
}


@dataclass
class Chance:
    """Faults by chance: a `share` of requests to `path` and of all deliveries, each of any kind.

    The same `seed` and the same order of requests and deliveries give the same faults.
    """

    seed: int
    share: float
    path: str = ""
    seconds: float = 0.2
    struck: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 – repeatable on purpose, and no secret

    def draw(self, kinds: frozenset[str]) -> Fault | None:
        # Both numbers are drawn each time, so that one fault more or less shifts nothing.
        chance, kind = self._random.random(), self._random.choice(sorted(kinds))
        if chance >= self.share:
            return None
        self.struck += 1
        return Fault(id=new_id("fault"), kind=kind, seconds=self.seconds)


@dataclass
class Shuffle:
    """Events wait for one another `seconds` long; then up to `window` of them leave one by one, in
    an order that `seed` decides."""

    seed: int
    window: int = 50
    seconds: float = 0.2

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 – repeatable on purpose, and no secret

    def reorder(self, items: list[T]) -> list[T]:
        return self._random.sample(items, len(items))


SHUFFLE_FIELDS: dict[str, type | tuple[type, ...]] = {
    "seed": int,
    "window": int,
    "seconds": (int, float),
}
CHANCE_FIELDS: dict[str, type | tuple[type, ...]] = {
    "seed": int,
    "share": (int, float),
    "path": str,
    "seconds": (int, float),
}


class Faults:
    def __init__(self) -> None:
        self._ordered: list[Fault] = []
        self.chance: Chance | None = None
        self.shuffle: Shuffle | None = None

    def order(self, raw: dict[str, Any]) -> Fault:
        """Raises BadFault for unknown kinds, fields or values."""
        _check(raw, FIELDS)
        if raw.get("kind") not in REQUEST_KINDS | WEBHOOK_KINDS:
            kinds = ", ".join(sorted(REQUEST_KINDS | WEBHOOK_KINDS))
            raise BadFault(f"unknown kind; known are {kinds}")
        fault = Fault(id=new_id("fault"), **raw)
        if fault.nth < 1 or fault.times < 1 or fault.copies < 1 or fault.seconds < 0:
            raise BadFault("nth, times and copies start at 1, seconds at 0")
        _check_path(fault.path)
        self._ordered.append(fault)
        return fault

    def order_by_chance(self, raw: dict[str, Any]) -> Chance:
        """From now on, until they are cleared. Raises BadFault."""
        _check(raw, CHANCE_FIELDS)
        if not {"seed", "share"} <= raw.keys():
            raise BadFault("seed and share are needed")
        chance = Chance(**raw)
        if not 0 <= chance.share <= 1 or chance.seconds < 0:
            raise BadFault("share lies between 0 and 1, seconds start at 0")
        _check_path(chance.path)
        self.chance = chance
        return chance

    def order_shuffle(self, raw: dict[str, Any]) -> Shuffle:
        """From now on, until the faults are cleared. Raises BadFault."""
        _check(raw, SHUFFLE_FIELDS)
        if "seed" not in raw:
            raise BadFault("seed is needed")
        shuffle = Shuffle(**raw)
        if not 1 <= shuffle.window <= 1_000 or not 0 <= shuffle.seconds <= 60:
            raise BadFault("window lies between 1 and 1000, seconds between 0 and 60")
        self.shuffle = shuffle
        return shuffle

    def for_request(self, method: str, path: str) -> Fault | None:
        for fault in self._ordered:
            if (
                fault.kind in REQUEST_KINDS
                and fault.method in (None, method)
                and re.match(fault.path, path)
                and fault.strikes()
            ):
                return fault
        if self.chance is not None and re.match(self.chance.path, path):
            return self.chance.draw(REQUEST_KINDS)
        return None

    def for_event(self, kind: str) -> Fault | None:
        for fault in self._ordered:
            wanted = fault.event
            fits = kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted
            if fault.kind in WEBHOOK_KINDS and fits and fault.strikes():
                return fault
        return None if self.chance is None else self.chance.draw(WEBHOOK_KINDS)

    def all(self) -> list[Fault]:
        return list(self._ordered)

    def clear(self) -> None:
        self._ordered.clear()
        self.chance = None
        self.shuffle = None


def _check(raw: dict[str, Any], fields: dict[str, type | tuple[type, ...]]) -> None:
    for name, value in raw.items():
        if name not in fields:
            raise BadFault(f"unknown field {name!r}; known are {', '.join(fields)}")
        if not isinstance(value, fields[name]) or (
            isinstance(value, bool) and fields[name] is not bool
        ):
            raise BadFault(f"the field {name!r} has the wrong type")


def _check_path(path: str) -> None:
    try:
        re.compile(path)
    except re.error as problem:
        raise BadFault("path is not a regular expression") from problem
