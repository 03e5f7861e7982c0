"""Which cap a rate breaks, and on whose side of the money that cap stands.

A company is refused on bill caps only, a trainer on pay caps only; neither learns the other's
figure. That is why an answer of this module says which cap binds, and never both figures at once.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.rates import FULL_BPS

# A bill rate under one unit of money an hour is a typing error, and would round pay to nothing.
LOWEST_BILL_MINOR = 100


class BillLimit(StrEnum):
    """What limits a bill rate, in the order in which it is told."""

    LOWEST = "lowest"
    POSITION_CAP = "position_cap"
    CARD_BILL_CAP = "card_bill_cap"
    CARD_PAY_CAP = "card_pay_cap"  # never told to a company with a figure: it is not its own


@dataclass(frozen=True, slots=True)
class Caps:
    """Caps an hour that meet in one offer, in minor units of one currency."""

    position_bill_minor: int
    card_bill_minor: int
    card_pay_minor: int


def highest_bill_for_pay(pay_cap_minor: int, fee_bps: int) -> int:
    """The highest bill rate whose pay rate still lies within `pay_cap_minor`, in minor units."""
    if pay_cap_minor < 0 or not 0 <= fee_bps < FULL_BPS:
        raise ValueError("a cap is never negative and fee_bps lies in 0..9999")
    return ((pay_cap_minor + 1) * FULL_BPS - 1) // (FULL_BPS - fee_bps)


def lowest_bill_for_pay(fee_bps: int) -> int:
    """The lowest bill rate that an offer may have: never less than what pays one minor unit."""
    if not 0 <= fee_bps < FULL_BPS:
        raise ValueError("fee_bps lies in 0..9999")
    return max(LOWEST_BILL_MINOR, -(-FULL_BPS // (FULL_BPS - fee_bps)))


def broken_by_bill(bill_minor: int, *, caps: Caps, fee_bps: int) -> BillLimit | None:
    """The first limit that an offered bill rate breaks, None when it breaks none."""
    if bill_minor < lowest_bill_for_pay(fee_bps):
        return BillLimit.LOWEST
    if bill_minor > caps.position_bill_minor:
        return BillLimit.POSITION_CAP
    if bill_minor > caps.card_bill_minor:
        return BillLimit.CARD_BILL_CAP
    if bill_minor > highest_bill_for_pay(caps.card_pay_minor, fee_bps):
        return BillLimit.CARD_PAY_CAP
    return None


def broken_by_asking(asking_pay_minor: int, *, card_pay_minor: int) -> bool:
    """Whether a trainer asks for more than the platform pays. Bill caps are no business of hers."""
    return asking_pay_minor > card_pay_minor
