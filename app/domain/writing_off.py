"""Unpaid invoices that are given up: why, by whom, and how much of it was tax."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.money import div_half_up


class WriteOffReason(StrEnum):
    """Why nothing more is expected. agreed: the company owes less by agreement."""

    INSOLVENCY = "insolvency"
    UNREACHABLE = "unreachable"
    UNECONOMICAL = "uneconomical"
    TIME_BARRED = "time_barred"
    AGREED = "agreed"


class WriteOffState(StrEnum):
    """lapsed: it awaited a second person, and was ordered anew instead."""

    AWAITING_APPROVAL = "awaiting_approval"
    BOOKED = "booked"
    LAPSED = "lapsed"


class WriteOffEvent(StrEnum):
    APPROVE = "approve"
    LAPSE = "lapse"


WRITE_OFF_MOVES: Final[Mapping[tuple[WriteOffState, WriteOffEvent], WriteOffState]] = (
    MappingProxyType(
        {
            (WriteOffState.AWAITING_APPROVAL, WriteOffEvent.APPROVE): WriteOffState.BOOKED,
            (WriteOffState.AWAITING_APPROVAL, WriteOffEvent.LAPSE): WriteOffState.LAPSED,
        }
    )
)


def tax_part(written_off_minor: int, *, gross_minor: int, tax_minor: int) -> int:
    """How much of what is written off of an invoice is tax that is not owed for now: its share of
    the invoice, rounded half up. Minor units."""
    return div_half_up(written_off_minor * tax_minor, gross_minor)


def tax_change(before_minor: int, after_minor: int, *, gross_minor: int, tax_minor: int) -> int:
    """What of a change of the written-off sum is tax. All changes of an invoice add up to the tax
    part of what is written off at last, so that nothing is left when all of it was recovered."""
    return tax_part(after_minor, gross_minor=gross_minor, tax_minor=tax_minor) - tax_part(
        before_minor, gross_minor=gross_minor, tax_minor=tax_minor
    )
