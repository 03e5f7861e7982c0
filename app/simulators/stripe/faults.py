"""Faults to order: which request or delivery goes wrong, how, and how often.

They live in memory only; a restarted simulator is a healthy one.
"""

import re
from dataclasses import dataclass
from typing import Any

from app.simulators.stripe.store import new_id

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
    }
)


class BadFault(ValueError):
    """The fault as ordered makes no sense; the message says why."""


@dataclass
class Fault:
    """`path` is a regular expression matched from the start; `event` a type, or a start of one
    with `*` behind it.

    The fault strikes matches number `nth` to `nth + times - 1`. `seconds` is how long to hang, wait
    or delay; `copies` how many duplicates; `should_retry` the header on 429 and 500; `stored`
    whether a 500 is kept under its key as Stripe v1 does.
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


class Faults:
    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, raw: dict[str, Any]) -> Fault:
        """Raises BadFault for unknown kinds, fields or values."""
        for name, value in raw.items():
            if name not in FIELDS:
                raise BadFault(f"unknown field {name!r}; known are {', '.join(FIELDS)}")
            if not isinstance(value, FIELDS[name]) or (
                isinstance(value, bool) and FIELDS[name] is not bool
            ):
                raise BadFault(f"the field {name!r} has the wrong type")
        if raw.get("kind") not in REQUEST_KINDS | WEBHOOK_KINDS:
            kinds = ", ".join(sorted(REQUEST_KINDS | WEBHOOK_KINDS))
            raise BadFault(f"unknown kind; known are {kinds}")
        fault = Fault(id=new_id("fault"), **raw)
        if fault.nth < 1 or fault.times < 1 or fault.copies < 1 or fault.seconds < 0:
            raise BadFault("nth, times and copies start at 1, seconds at 0")
        try:
            re.compile(fault.path)
        except re.error as problem:
            raise BadFault("path is not a regular expression") from problem
        self._ordered.append(fault)
        return fault

    def for_request(self, method: str, path: str) -> Fault | None:
        for fault in self._ordered:
            if (
                fault.kind in REQUEST_KINDS
                and fault.method in (None, method)
                and re.match(fault.path, path)
                and fault.strikes()
            ):
                return fault
        return None

    def for_event(self, kind: str) -> Fault | None:
        for fault in self._ordered:
            wanted = fault.event
            fits = kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted
            if fault.kind in WEBHOOK_KINDS and fits and fault.strikes():
                return fault
        return None

    def all(self) -> list[Fault]:
        return list(self._ordered)

    def clear(self) -> None:
        self._ordered.clear()
