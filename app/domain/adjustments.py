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


def takes_back(type_: AdjustmentType, minutes: int | None) -> bool:
    """Whether it lowers what was earned: a clawback, or a correction by less than no minutes."""
    if type_ is AdjustmentType.CORRECTION:
        return minutes is not None and minutes < 0
    return type_ is AdjustmentType.CLAWBACK


class LineType(StrEnum):
    """What a bill line, a pay line or an invoice line is about."""

    TIME = "time"
    BONUS = "bonus"
    EXPENSE = "expense"
    CORRECTION = "correction"
    CLAWBACK = "clawback"


# Lines that are a sum of money; all others are minutes at a rate.
FLAT = frozenset({LineType.BONUS, LineType.EXPENSE, LineType.CLAWBACK})


class CorrectionReason(StrEnum):
    """Why approved minutes are corrected. All are about time, none about quality."""

    HOURS_MISSING = "hours_missing"
    HOURS_TOO_MANY = "hours_too_many"
    WRONG_ENGAGEMENT = "wrong_engagement"
    DUPLICATE_TIME = "duplicate_time"
    CLERICAL_ERROR = "clerical_error"


class ClawbackReason(StrEnum):
    """Why money is taken back. Quality is none: what was worked is owed."""

    DUPLICATE_WORK = "duplicate_work"
    FRAUD_PROVEN = "fraud_proven"
    PAID_IN_ERROR = "paid_in_error"


class DeclineReason(StrEnum):
    """Why an adjustment that somebody asked for is declined; they read it with a sentence."""

    NOT_AGREED = "not_agreed"
    NO_EVIDENCE = "no_evidence"
    NOT_FOR_THIS_WORK = "not_for_this_work"
    NOT_PROVEN = "not_proven"
    OTHER = "other"


class Outcome(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"


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


def expense_sides(expense_minor: int, *, company_pays: bool) -> Sides:
    """Both sides see the same sum. What the company never agreed to, the platform pays."""
    return Sides(expense_minor if company_pays else 0, expense_minor)


def clawback_sides(bill_minor: int, fee_bps: int) -> Sides:
    """The mirror of a bonus: never more is taken back than a bonus of the same sum had given.
    Raises ValueError for a negative amount."""
    mirrored = bonus_sides(bill_minor, fee_bps)
    return Sides(-mirrored.bill_minor, -mirrored.pay_minor)


@dataclass(frozen=True, slots=True)
class Silence:
    """What the clock does at a deadline that nobody met: `event`, None where nothing happens by
    itself; and how that is told."""

    event: AdjustmentEvent | None
    en: str
    de: str


def on_silence(type_: AdjustmentType, state: AdjustmentState) -> Silence | None:
    """None for what is decided. Silence takes nothing from a trainer."""
    if state in (_S.AWAITS_COMPANY, _S.AWAITS_TRAINER):
        return _HANDED_ON
    if state is not _S.AWAITS_OPERATIONS:
        return None
    return _LAPSES if type_ is AdjustmentType.CORRECTION else _WAITS


_HANDED_ON = Silence(
    _V.HAND_ON,
    "Without an answer by then, operations decides.",
    "Ohne Antwort bis dahin entscheidet das Team.",
)
_LAPSES = Silence(
    _V.LAPSE,
    "Without a decision by then, nothing is taken.",
    "Ohne Entscheidung bis dahin wird nichts abgezogen.",
)
_WAITS = Silence(
    None,
    "It waits until operations has decided and is not lost.",
    "Es wartet, bis das Team entschieden hat, und geht nicht verloren.",
)
