"""Money that comes in for an invoice and money that is taken back, as pure rules.

An invoice is settled by what came in for it and opened again by what was taken back. What is more
than due is the company's credit. Amounts are minor units of one currency, never negative.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Arrival:
    """How money that came in is shared out: on the invoice, and beyond what was due."""

    on_invoice_minor: int
    in_credit_minor: int


def arrival(amount_minor: int, *, due_minor: int) -> Arrival:
    """The invoice takes what is due of it, the rest is credit."""
    on_invoice = min(amount_minor, due_minor)
    return Arrival(on_invoice, amount_minor - on_invoice)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Out of what money is taken back: its invoice, the company's credit, our own pocket."""

    from_invoice_minor: int = 0
    from_credit_minor: int = 0
    from_us_minor: int = 0

    @property
    def amount_minor(self) -> int:
        return self.from_invoice_minor + self.from_credit_minor + self.from_us_minor


def taken_back(amount_minor: int, *, on_invoice_minor: int, credit_minor: int) -> TakenBack:
    """A payment's money is taken back without us: the invoice that it still settles is open again,
    then the company's credit pays, and what neither covers is our loss."""
    from_invoice = min(amount_minor, on_invoice_minor)
    from_credit = min(amount_minor - from_invoice, credit_minor)
    return TakenBack(from_invoice, from_credit, amount_minor - from_invoice - from_credit)


class RefundPurpose(StrEnum):
    """Who bears a refund. reopen: the company, whose invoice is open again. goodwill: we do.
    credit: nobody, what was paid too much goes back."""

    REOPEN = "reopen"
    GOODWILL = "goodwill"
    CREDIT = "credit"


def refund_parts(purpose: RefundPurpose, amount_minor: int) -> TakenBack:
    """Out of what a refund that we decide is paid."""
    match purpose:
        case RefundPurpose.REOPEN:
            return TakenBack(from_invoice_minor=amount_minor)
        case RefundPurpose.CREDIT:
            return TakenBack(from_credit_minor=amount_minor)
        case RefundPurpose.GOODWILL:
            return TakenBack(from_us_minor=amount_minor)


class RefundState(StrEnum):
    """sent: it has left our balance at the provider. declined: it never did. failed: it left and
    came back."""

    INTENDED = "intended"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DECLINED = "declined"
    FAILED = "failed"


class RefundEvent(StrEnum):
    SEND = "send"
    LOSE = "lose"
    LEAVE = "leave"
    DECLINE = "decline"
    RETURN = "return"


_R, _E = RefundState, RefundEvent
REFUND_MOVES: Final[Mapping[tuple[RefundState, RefundEvent], RefundState]] = MappingProxyType(
    {
        (_R.INTENDED, _E.SEND): _R.SENDING,
        (_R.UNKNOWN, _E.SEND): _R.SENDING,
        (_R.SENDING, _E.SEND): _R.SENDING,  # whoever sent it died in the middle
        (_R.SENDING, _E.LOSE): _R.UNKNOWN,
        (_R.SENDING, _E.LEAVE): _R.SENT,
        (_R.UNKNOWN, _E.LEAVE): _R.SENT,
        (_R.SENDING, _E.DECLINE): _R.DECLINED,
        (_R.UNKNOWN, _E.DECLINE): _R.DECLINED,
        (_R.SENT, _E.RETURN): _R.FAILED,
    }
)
# Decided and not yet out of the provider's hands: their sum stands on the refunding account.
REFUNDS_UNDER_WAY: Final = (_R.INTENDED, _R.SENDING, _R.UNKNOWN)


class DisputeState(StrEnum):
    """open: nothing was taken (yet). withdrawn: the bank has the money while it decides."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


class DisputeEvent(StrEnum):
    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"
    LOSE = "lose"
    CLOSE = "close"


_D, _V = DisputeState, DisputeEvent
DISPUTE_MOVES: Final[Mapping[tuple[DisputeState, DisputeEvent], DisputeState]] = MappingProxyType(
    {
        (_D.OPEN, _V.WITHDRAW): _D.WITHDRAWN,
        (_D.OPEN, _V.CLOSE): _D.CLOSED,
        (_D.CLOSED, _V.WITHDRAW): _D.WITHDRAWN,  # an inquiry may become a chargeback after all
        (_D.WITHDRAWN, _V.REINSTATE): _D.WON,
        (_D.WITHDRAWN, _V.LOSE): _D.LOST,
        (_D.LOST, _V.REINSTATE): _D.WON,  # on appeal
    }
)


def dispute_events(
    state: DisputeState, *, withdrawn: bool, reinstated: bool, status: str
) -> tuple[DisputeEvent, ...]:
    """The steps from what we know to what the provider says now, in their order.

    `withdrawn`, `reinstated`: whether such a line stands on the provider's statement. The status
    alone moves no money.
    """
    steps: list[DisputeEvent] = []
    now = state
    if withdrawn and now in (_D.OPEN, _D.CLOSED):
        steps.append(_V.WITHDRAW)
        now = _D.WITHDRAWN
    if reinstated and now in (_D.WITHDRAWN, _D.LOST):
        steps.append(_V.REINSTATE)
    elif status == "lost" and now is _D.WITHDRAWN:
        steps.append(_V.LOSE)
    elif now is _D.OPEN and status in ("won", "warning_closed", "prevented"):
        steps.append(_V.CLOSE)
    return tuple(steps)


# What is to be done, in English and German; empty where nothing is.
REFUND_ACTIONS: Final[Mapping[RefundState, tuple[str, str]]] = MappingProxyType(
    {
        _R.INTENDED: ("It is sent by itself.", "Sie geht von selbst hinaus."),
        _R.SENDING: ("It is sent by itself.", "Sie geht von selbst hinaus."),
        _R.UNKNOWN: (
            "Stripe is asked by itself whether it has left.",
            "Stripe wird von selbst gefragt, ob sie hinausging.",
        ),
        _R.SENT: ("", ""),
        _R.DECLINED: (
            "Stripe refused it; nothing was sent. Pay the sum back by bank transfer, or again.",
            "Stripe lehnte sie ab, nichts ging hinaus. Erneut erstatten oder überweisen.",
        ),
        _R.FAILED: (
            "The payer's bank sent it back. Ask the company where the sum shall go.",
            "Die Bank des Zahlers gab sie zurück. Fragen Sie die Firma, wohin der Betrag soll.",
        ),
    }
)
DISPUTE_ACTIONS: Final[Mapping[DisputeState, tuple[str, str]]] = MappingProxyType(
    {
        _D.OPEN: (
            "Answer the inquiry in the Stripe dashboard. No money has moved.",
            "Beantworten Sie die Anfrage im Stripe-Dashboard. Noch ist kein Geld geflossen.",
        ),
        _D.WITHDRAWN: (
            "Send evidence in the Stripe dashboard: approvals and invoice are the best.",
            "Reichen Sie im Stripe-Dashboard Belege ein: am besten Freigaben und Rechnung.",
        ),
        _D.WON: ("", ""),
        _D.LOST: (
            "The invoice is open again. Agree with the company how it pays.",
            "Die Rechnung ist wieder offen. Klären Sie mit der Firma, wie sie zahlt.",
        ),
        _D.CLOSED: ("", ""),
    }
)
