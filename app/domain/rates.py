"""From a bill rate to a pay rate and back, and the caps on both.

The company agrees to a bill rate an hour; its fee terms (in basis points) give the pay rate. Both
directions round in the platform's least favourable way for the person who reads the figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

FULL_BPS = 10_000
DEFAULT_FEE_BPS = 2_000


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A rate of `minor` minor units an hour in `currency`, from `effective_at` (UTC) on."""

    effective_at: datetime
    minor: int
    currency: str


def rate_at(rates: Iterable[DatedRate], instant: datetime) -> DatedRate:
    """The newest rate whose `effective_at` is not after `instant`; the order does not matter.

    Raises LookupError when no rate holds yet.
    """
    holding = [rate for rate in rates if rate.effective_at <= instant]
    if not holding:
        raise LookupError("no rate holds at this instant")
    return max(holding, key=lambda rate: rate.effective_at)


def rate_at_or_first(rates: Iterable[DatedRate], instant: datetime) -> DatedRate:
    """What holds at `instant`, or what will hold first when nothing does yet.

    Raises ValueError when there is no rate at all.
    """
    known = list(rates)
    first = min(known, key=lambda rate: rate.effective_at)
    return rate_at(known, max(instant, first.effective_at))


def pay_from_bill(bill_minor: int, fee_bps: int) -> int:
    """The pay rate an hour that a bill rate an hour yields, rounded down, in minor units."""
    _check(bill_minor, fee_bps)
    return bill_minor * (FULL_BPS - fee_bps) // FULL_BPS


def bill_from_asking(asking_pay_minor: int, fee_bps: int) -> int:
    """An asking pay rate grossed up to a bill rate, rounded up, in minor units.

    Paying this bill rate yields at least the asking rate: `pay_from_bill(result) >= asking`.
    """
    _check(asking_pay_minor, fee_bps)
    keep = FULL_BPS - fee_bps
    return -(-asking_pay_minor * FULL_BPS // keep)


def pay_up_to(bill_cap_minor: int, fee_bps: int, pay_cap_minor: int) -> int:
    """The highest pay rate an hour that a bill cap and the platform's pay cap allow."""
    return min(pay_from_bill(bill_cap_minor, fee_bps), pay_cap_minor)


def _check(rate_minor: int, fee_bps: int) -> None:
    if rate_minor < 0:
        raise ValueError("a rate is never negative")
    if not 0 <= fee_bps < FULL_BPS:
        raise ValueError("fee_bps lies in 0..9999")
