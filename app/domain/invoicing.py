"""How an invoice and the ways of collecting it move, and small rules of printing one."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

Language = Literal["en", "de"]

SERIES: Final = "RE"


class InvoiceState(StrEnum):
    """An invoice is born issued: there are no drafts that somebody could forget. uncollectible:
    what is due of it was written off, and is owed all the same."""

    ISSUED = "issued"
    COLLECTED = "collected"
    UNCOLLECTIBLE = "uncollectible"


class InvoiceEvent(StrEnum):
    """reopen: money that had come in was taken back."""

    COLLECT = "collect"
    REOPEN = "reopen"
    WRITE_OFF = "write_off"


INVOICE_MOVES: Final[Mapping[tuple[InvoiceState, InvoiceEvent], InvoiceState]] = MappingProxyType(
    {
        (InvoiceState.ISSUED, InvoiceEvent.COLLECT): InvoiceState.COLLECTED,
        (InvoiceState.COLLECTED, InvoiceEvent.REOPEN): InvoiceState.ISSUED,
        (InvoiceState.ISSUED, InvoiceEvent.WRITE_OFF): InvoiceState.UNCOLLECTIBLE,
        (InvoiceState.UNCOLLECTIBLE, InvoiceEvent.COLLECT): InvoiceState.COLLECTED,
    }
)


class CollectionState(StrEnum):
    """One way in which an invoice's money comes in.

    intended: we may have asked the provider for a page; open: somebody may pay there; paid: the
    money is in; expired: nobody can pay there any more.
    """

    INTENDED = "intended"
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"


class CollectionEvent(StrEnum):
    OPENED = "opened"
    PAY = "pay"
    EXPIRE = "expire"


_C, _E = CollectionState, CollectionEvent
COLLECTION_MOVES: Final[Mapping[tuple[CollectionState, CollectionEvent], CollectionState]] = (
    MappingProxyType(
        {
            (_C.INTENDED, _E.OPENED): _C.OPEN,
            # The webhook may be faster than the answer that told us the page's address.
            (_C.INTENDED, _E.PAY): _C.PAID,
            (_C.INTENDED, _E.EXPIRE): _C.EXPIRED,
            (_C.OPEN, _E.PAY): _C.PAID,
            (_C.OPEN, _E.EXPIRE): _C.EXPIRED,
            # Somebody paid in the very moment in which we gave the page up. Money is money.
            (_C.EXPIRED, _E.PAY): _C.PAID,
        }
    )
)


def invoice_number(series: str, year: int, sequence: int) -> str:
    """`RE-2026-00001`; five digits at least, more when a year needs them."""
    return f"{series}-{year:04d}-{sequence:05d}"


def due_on(issued_on: date, net_days: int) -> date:
    """The last day on which payment is in time."""
    return issued_on + timedelta(days=net_days)


def language_for(country: str) -> Language:
    """The language of documents for a buyer seated there."""
    return "de" if country in ("AT", "CH", "DE", "LI") else "en"


def payment_terms(net_days: int, language: Language) -> str:
    """The sentence about when to pay, counted from the invoice date."""
    if net_days == 0:
        return "Payable at once." if language == "en" else "Sofort zahlbar ohne Abzug."
    if net_days == 1:
        return "Payable within one day." if language == "en" else "Zahlbar innerhalb eines Tages."
    if language == "en":
        return f"Payable within {net_days} days without deduction."
    return f"Zahlbar innerhalb von {net_days} Tagen ohne Abzug."
