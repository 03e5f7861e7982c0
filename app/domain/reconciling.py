"""Matching the provider's statement with our books, both ways, to the cent.

A *movement* is a line of the provider's statement, a *booking* is what one posting group does to
one account at the provider. Both carry a `reference`: the fact they speak of, such as
`transfer:tr_1`. Amounts are minor units, what comes in is positive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PLATFORM = "platform"
# So long a fact may be known on one side only: its answer or its webhook is still on its way.
UNDER_WAY_FOR = timedelta(minutes=15)
CLEARING_WATCHED_AFTER = timedelta(days=7)


class DifferenceKind(StrEnum):
    MISSING_IN_LEDGER = "missing_in_ledger"
    MISSING_AT_PROVIDER = "missing_at_provider"
    AMOUNT_DIFFERS = "amount_differs"
    TWICE = "twice"


class Cause(StrEnum):
    """The likeliest explanation; a proposal, never a verdict."""

    UNDER_WAY = "under_way"
    PAYMENT_NOT_BOOKED = "payment_not_booked"
    TRANSFER_NOT_BOOKED = "transfer_not_booked"
    BANK_PAYOUT_NOT_BOOKED = "bank_payout_not_booked"
    REFUND_NOT_BOOKED = "refund_not_booked"
    DISPUTE_NOT_BOOKED = "dispute_not_booked"
    NO_RULE = "no_rule"
    NEVER_HAPPENED = "never_happened"
    FEE_DIFFERS = "fee_differs"
    CURRENCY_DIFFERS = "currency_differs"
    AMOUNT_DIFFERS = "amount_differs"
    BOOKED_TWICE = "booked_twice"
    MOVED_TWICE = "moved_twice"


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A movement or a booking: what happened to one account, by which reference, when."""

    account: str
    reference: str
    id: str
    currency: str
    net_minor: int
    fee_minor: int
    at: datetime

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.fee_minor


@dataclass(frozen=True, slots=True)
class Difference:
    """`movement` or `booking` is None where that side says nothing."""

    kind: DifferenceKind
    movement: Line | None
    booking: Line | None

    @property
    def line(self) -> Line:
        found = self.movement or self.booking
        assert found is not None
        return found

    @property
    def missing_minor(self) -> int:
        """What must be added to the books' net to agree with the provider."""
        there = self.movement.net_minor if self.movement else 0
        here = self.booking.net_minor if self.booking else 0
        return there - here


_BY_SOURCE = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failed",
    "payment_failure_refund": "refund_failed",
    "transfer": "transfer",
    "payout": "bank_payout",
    "payout_cancel": "bank_failed",
    "payout_failure": "bank_failed",
}


# What a bank takes away or gives back is an adjustment; only its category says which.
_BY_CATEGORY = {"dispute": "dispute", "dispute_reversal": "dispute_won"}


def reference_of(
    kind: str, source: str | None, origin: str | None, entry_id: str, *, category: str = ""
) -> str:
    """The fact of a statement's line, in the words of our postings' keys.

    A payment that a transfer made in the payee's account is the transfer. What has no rule is
    named by its own id, so that no posting fits it by chance.
    """
    if origin:
        return f"transfer:{origin}"
    if source and kind == "adjustment" and category in _BY_CATEGORY:
        return f"{_BY_CATEGORY[category]}:{source}"
    if source and kind in _BY_SOURCE:
        return f"{_BY_SOURCE[kind]}:{source}"
    return f"entry:{entry_id}"


def match(movements: Iterable[Line], bookings: Iterable[Line]) -> list[Difference]:
    """Every movement and every booking that has no exact counterpart, each in one difference.

    Exact means: same account, reference, currency, net and fee. Of the rest, a pair with the same
    reference differs in amount; what is left over beside a counterpart is there twice.
    """
    sides: dict[tuple[str, str], tuple[list[Line], list[Line]]] = {}
    for place, lines in enumerate((movements, bookings)):
        for line in lines:
            key = line.account, line.reference
            sides.setdefault(key, ([], []))[place].append(line)
    found: list[Difference] = []
    for key in sorted(sides):
        there, here = sides[key]
        found.extend(_compare(sorted(there), sorted(here)))
    return found


def _compare(there: list[Line], here: list[Line]) -> Iterable[Difference]:
    """The differences of one reference."""
    loose = list(here)
    unmatched = []
    for line in there:
        twin = next((each for each in loose if _same(line, each)), None)
        if twin is None:
            unmatched.append(line)
        else:
            loose.remove(twin)
    met = len(there) - len(unmatched) + min(len(unmatched), len(loose)) > 0
    for left, right in zip(unmatched, loose, strict=False):
        yield Difference(DifferenceKind.AMOUNT_DIFFERS, left, right)
    paired = min(len(unmatched), len(loose))
    for line in unmatched[paired:]:
        yield Difference(_alone(met, DifferenceKind.MISSING_IN_LEDGER), line, None)
    for line in loose[paired:]:
        yield Difference(_alone(met, DifferenceKind.MISSING_AT_PROVIDER), None, line)


def _alone(met: bool, kind: DifferenceKind) -> DifferenceKind:
    return DifferenceKind.TWICE if met else kind


def _same(left: Line, right: Line) -> bool:
    return (left.currency, left.net_minor, left.fee_minor) == (
        right.currency,
        right.net_minor,
        right.fee_minor,
    )


_MISSING = {
    "charge": Cause.PAYMENT_NOT_BOOKED,
    "transfer": Cause.TRANSFER_NOT_BOOKED,
    "bank_payout": Cause.BANK_PAYOUT_NOT_BOOKED,
    "bank_failed": Cause.BANK_PAYOUT_NOT_BOOKED,
    "refund": Cause.REFUND_NOT_BOOKED,
    "refund_failed": Cause.REFUND_NOT_BOOKED,
    "dispute": Cause.DISPUTE_NOT_BOOKED,
    "dispute_won": Cause.DISPUTE_NOT_BOOKED,
}


def cause_of(difference: Difference, *, now: datetime) -> Cause:
    """The likeliest explanation. What is young and one-sided is most likely on its way."""
    there, here = difference.movement, difference.booking
    if there and here:
        if there.currency != here.currency:
            return Cause.CURRENCY_DIFFERS
        same_gross = there.gross_minor == here.gross_minor
        return Cause.FEE_DIFFERS if same_gross else Cause.AMOUNT_DIFFERS
    if difference.kind is DifferenceKind.TWICE:
        return Cause.MOVED_TWICE if there else Cause.BOOKED_TWICE
    if now - difference.line.at < UNDER_WAY_FOR:
        return Cause.UNDER_WAY
    if there:
        return _MISSING.get(there.reference.split(":", 1)[0], Cause.NO_RULE)
    return Cause.NEVER_HAPPENED


def fingerprint(difference: Difference) -> str:
    """Names a difference across runs: the lines that it is made of, not what they say now."""
    there = difference.movement.id if difference.movement else "-"
    here = difference.booking.id if difference.booking else "-"
    return f"{difference.kind}:{difference.line.account}:{there}:{here}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on an account that must reach zero, and since when the oldest part does."""

    account_key: str
    currency: str
    balance_minor: int
    since_at: datetime
