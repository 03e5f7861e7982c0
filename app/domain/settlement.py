"""How a payout becomes money at a bank: its states, and what follows an uncertain answer."""

from dataclasses import dataclass
from enum import StrEnum

# Stripe keeps an idempotency key for at least 24 h; inside this age the same key is always safe.
KEY_LIFE_S = 23 * 3600
# Two look-ups this far apart must both find nothing before a key of unknown age is used again.
ABSENCE_S = 60
# A call that is decided is made within so long, or not at all: whoever looks later counts on it.
SENT_WITHIN_S = 5
# After so many answers that stayed uncertain, an absence proved by look-up ends the attempt.
UNCERTAIN_TRIES = 3


class PayoutState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    SETTLED = "settled"
    HELD = "held"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELED = "canceled"


class PayoutEvent(StrEnum):
    TRANSFERRED = "transferred"
    BANK_PAID = "bank_paid"
    BANK_FAILED = "bank_failed"
    HOLD = "hold"
    RETRY = "retry"
    REFUSED = "refused"
    CANCEL = "cancel"


# Money that comes back (returned) sits in the payee's balance at the provider: its way on is
# another bank payout, never another transfer.
PAYOUT_MOVES: dict[tuple[PayoutState, PayoutEvent], PayoutState] = {
    (PayoutState.PENDING, PayoutEvent.TRANSFERRED): PayoutState.SENT,
    (PayoutState.PENDING, PayoutEvent.HOLD): PayoutState.HELD,
    (PayoutState.PENDING, PayoutEvent.REFUSED): PayoutState.FAILED,
    (PayoutState.PENDING, PayoutEvent.CANCEL): PayoutState.CANCELED,
    (PayoutState.HELD, PayoutEvent.RETRY): PayoutState.PENDING,
    (PayoutState.HELD, PayoutEvent.CANCEL): PayoutState.CANCELED,
    (PayoutState.SENT, PayoutEvent.BANK_PAID): PayoutState.SETTLED,
    (PayoutState.SENT, PayoutEvent.BANK_FAILED): PayoutState.RETURNED,
    (PayoutState.SETTLED, PayoutEvent.BANK_FAILED): PayoutState.RETURNED,
    (PayoutState.RETURNED, PayoutEvent.RETRY): PayoutState.SENT,
}


class AttemptState(StrEnum):
    INTENDED = "intended"
    SENDING = "sending"
    SETTLED = "settled"
    DECLINED = "declined"
    UNKNOWN = "unknown"


class AttemptEvent(StrEnum):
    SEND = "send"
    SETTLE = "settle"
    DECLINE = "decline"
    LOSE = "lose"


ATTEMPT_MOVES: dict[tuple[AttemptState, AttemptEvent], AttemptState] = {
    (AttemptState.INTENDED, AttemptEvent.SEND): AttemptState.SENDING,
    (AttemptState.SENDING, AttemptEvent.SETTLE): AttemptState.SETTLED,
    (AttemptState.SENDING, AttemptEvent.DECLINE): AttemptState.DECLINED,
    (AttemptState.SENDING, AttemptEvent.LOSE): AttemptState.UNKNOWN,
    (AttemptState.UNKNOWN, AttemptEvent.SEND): AttemptState.SENDING,
    (AttemptState.UNKNOWN, AttemptEvent.SETTLE): AttemptState.SETTLED,
    (AttemptState.UNKNOWN, AttemptEvent.DECLINE): AttemptState.DECLINED,
}


class Next(StrEnum):
    """What to do with an attempt whose call may or may not have happened."""

    ADOPT = "adopt"  # it happened: take its id over
    RESEND = "resend"  # same key: at most once
    GIVE_UP = "give_up"  # proved absent: decline it, a new attempt may follow
    WAIT = "wait"  # look again later


@dataclass(frozen=True, slots=True)
class Uncertain:
    """An attempt found in `sending` or `unknown`. Ages in seconds.

    found: the provider has it. age_s: since the first call. tries: calls under this key so far.
    quiet_s: since the last call began. absent_s: since the first look-up that found nothing, None
    when this is the first one. call_s: how long a call can be on its way at most. wanted: nobody
    has placed a hold meanwhile.
    """

    found: bool
    age_s: float
    tries: int
    quiet_s: float
    absent_s: float | None
    call_s: float
    wanted: bool = True


def after_look_up(case: Uncertain) -> Next:
    """Never a new attempt on a time-out or 5xx alone; never the same key once it may be pruned,
    unless two look-ups a minute apart found nothing. (facts: kill -9 and pruned keys, 5 of 100
    paid twice without this.)

    Nothing is sent again, and nothing given up, before the last call is so long ago that it can no
    longer be on its way: another worker may be waiting for the answer right now, and what is not
    there yet would then be there twice if the key were not kept.
    """
    if case.found:
        return Next.ADOPT
    if not case.wanted or (case.age_s < KEY_LIFE_S and case.tries >= UNCERTAIN_TRIES):
        return Next.GIVE_UP if case.quiet_s >= max(ABSENCE_S, case.call_s) else Next.WAIT
    if case.quiet_s < case.call_s:
        return Next.WAIT
    if case.age_s < KEY_LIFE_S:
        return Next.RESEND
    if case.absent_s is None or case.absent_s < ABSENCE_S:
        return Next.WAIT
    return Next.RESEND


# Refusals of the provider that pass: the promise stands and is tried again. All others end it.
PASSING = frozenset(
    {
        "balance_insufficient",
        "insufficient_capabilities_for_transfer",
        "account_invalid",
        "payouts_not_allowed",
    }
)


def passes(code: str) -> bool:
    """Whether a refused transfer waits for better days instead of having failed for good."""
    return code in PASSING
