"""Adjustments: what changes after approval, as typed lines of their own. Approved minutes stay.

What each type is worth on either side of the wall, why it may be made, who moves next, and what
silence does. Quality is no reason to take anything away: what was worked is owed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain import rates

COMPANY_WITHIN = timedelta(days=5)
TRAINER_WITHIN = timedelta(days=5)
OPERATIONS_WITHIN = timedelta(days=5)


class AdjustmentType(StrEnum):
    """bonus: from the company. expense: what the trainer laid out, in full. correction: minutes of
    an approved week. clawback: money taken back by a decision of operations."""

    BONUS = "bonus"
    EXPENSE = "expense"
    CORRECTION = "correction"
    CLAWBACK = "clawback"


class LineType(StrEnum):
    """What a bill line, a pay line or an invoice line is about."""

    TIME = "time"
    BONUS = "bonus"
    EXPENSE = "expense"
    CORRECTION = "correction"
    CLAWBACK = "clawback"


# Lines that are a sum of money; all others are minutes at a rate.
FLAT = frozenset({LineType.BONUS, LineType.EXPENSE, LineType.CLAWBACK})


class AdjustmentState(StrEnum):
    AWAITS_COMPANY = "awaits_company"
    AWAITS_TRAINER = "awaits_trainer"
    AWAITS_OPERATIONS = "awaits_operations"
    APPROVED = "approved"
    DECLINED = "declined"


class AdjustmentEvent(StrEnum):
    AGREE = "agree"
    CONSENT = "consent"
    OBJECT = "object"
    HAND_ON = "hand_on"
    APPROVE = "approve"
    DECLINE = "decline"
    LAPSE = "lapse"


_S, _V = AdjustmentState, AdjustmentEvent
ADJUSTMENT_MOVES: Mapping[tuple[AdjustmentState, AdjustmentEvent], AdjustmentState] = (
    MappingProxyType(
        {
            (_S.AWAITS_COMPANY, _V.AGREE): _S.APPROVED,
            (_S.AWAITS_COMPANY, _V.DECLINE): _S.DECLINED,
            (_S.AWAITS_COMPANY, _V.HAND_ON): _S.AWAITS_OPERATIONS,
            (_S.AWAITS_TRAINER, _V.CONSENT): _S.APPROVED,
            (_S.AWAITS_TRAINER, _V.OBJECT): _S.AWAITS_OPERATIONS,
            (_S.AWAITS_TRAINER, _V.HAND_ON): _S.AWAITS_OPERATIONS,
            (_S.AWAITS_OPERATIONS, _V.APPROVE): _S.APPROVED,
            (_S.AWAITS_OPERATIONS, _V.DECLINE): _S.DECLINED,
            (_S.AWAITS_OPERATIONS, _V.LAPSE): _S.DECLINED,
        }
    )
)


@dataclass(frozen=True, slots=True)
class Sides:
    """What an adjustment adds to either side, in minor units; negative takes away."""

    bill_minor: int
    pay_minor: int


def bonus_sides(bill_minor: int, fee_bps: int) -> Sides:
    """A bonus takes the fee like time does; what is left is rounded down. Raises ValueError for a
    negative amount."""
    return Sides(bill_minor, rates.pay_from_bill(bill_minor, fee_bps))
