"""How a payout becomes money at a bank: states, what follows an uncertain answer, why one waits."""

from dataclasses import dataclass
from enum import StrEnum

# Stripe keeps an idempotency key for at least 24 h; inside this age the same key is always safe.
KEY_LIFE_S = 23 * 3600
# Two look-ups this far apart must both find nothing before a key of unknown age is used again.
ABSENCE_S = 60
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


# Money that comes back (returned) sits in the payee's balance at the provider: its way on is
# another bank payout, never another transfer.
PAYOUT_MOVES: dict[tuple[PayoutState, PayoutEvent], PayoutState] = {
    (PayoutState.PENDING, PayoutEvent.TRANSFERRED): PayoutState.SENT,
    (PayoutState.PENDING, PayoutEvent.HOLD): PayoutState.HELD,
    (PayoutState.PENDING, PayoutEvent.REFUSED): PayoutState.FAILED,
    (PayoutState.HELD, PayoutEvent.RETRY): PayoutState.PENDING,
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
    absent_s: since the first look-up that found nothing, None when this is the first one.
    """

    found: bool
    age_s: float
    tries: int
    absent_s: float | None


def after_look_up(case: Uncertain) -> Next:
    """Never a new attempt on a time-out or 5xx alone; never the same key once it may be pruned,
    unless two look-ups a minute apart found nothing. (facts: kill -9 and pruned keys, 5 of 100
    paid twice without this.)"""
    if case.found:
        return Next.ADOPT
    if case.age_s < KEY_LIFE_S:
        return Next.GIVE_UP if case.tries >= UNCERTAIN_TRIES else Next.RESEND
    if case.absent_s is None or case.absent_s < ABSENCE_S:
        return Next.WAIT
    return Next.RESEND


class HoldCause(StrEnum):
    """Why a cent is not paid yet. Every unpaid cent has exactly one."""

    CLIENT_UNPAID = "client_unpaid"
    PAYOUT_ACCOUNT_INCOMPLETE = "payout_account_incomplete"
    BELOW_MINIMUM = "below_minimum"
    NEXT_RUN = "next_run"
    UNDER_WAY = "under_way"
    NOT_AVAILABLE = "not_available"
    BANK_RETURN = "bank_return"
    CONTEST = "contest"
    SET_OFF = "set_off"


class Who(StrEnum):
    """Whose turn it is."""

    TRAINER = "trainer"
    COMPANY = "company"
    FINANCE = "finance"
    OPERATIONS = "operations"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Reason:
    """Whose turn it is and what they do, in English and German."""

    who: Who
    en: str
    de: str


REASONS: dict[HoldCause, Reason] = {
    HoldCause.CLIENT_UNPAID: Reason(
        Who.COMPANY,
        "The company has not paid the invoice for this time yet. You need not do anything.",
        "Die Firma hat die Rechnung für diese Zeit noch nicht bezahlt. Sie müssen nichts tun.",
    ),
    HoldCause.PAYOUT_ACCOUNT_INCOMPLETE: Reason(
        Who.TRAINER,
        "Complete your payout account; the missing items are listed there.",
        "Vervollständigen Sie Ihr Auszahlungskonto; was fehlt, steht dort.",
    ),
    HoldCause.BELOW_MINIMUM: Reason(
        Who.TRAINER,
        "The sum is below the smallest payout. It is paid as soon as more is approved.",
        "Der Betrag liegt unter der kleinsten Auszahlung. Er kommt mit der nächsten Freigabe.",
    ),
    HoldCause.NEXT_RUN: Reason(
        Who.FINANCE,
        "Ready. It is sent with the next payout run.",
        "Bereit. Es geht mit dem nächsten Auszahlungslauf hinaus.",
    ),
    HoldCause.UNDER_WAY: Reason(
        Who.BANK,
        "On its way to your bank.",
        "Auf dem Weg zu Ihrer Bank.",
    ),
    HoldCause.NOT_AVAILABLE: Reason(
        Who.FINANCE,
        "The money is not available at the payment provider yet. It is tried again by itself; "
        "finance may top the balance up.",
        "Das Geld ist beim Zahlungsdienst noch nicht verfügbar. Es wird von selbst erneut "
        "versucht; die Buchhaltung kann das Guthaben auffüllen.",
    ),
    HoldCause.BANK_RETURN: Reason(
        Who.TRAINER,
        "Your bank returned it. Check your bank details in the payout account; then it goes out.",
        "Ihre Bank hat es zurückgegeben. Prüfen Sie die Bankdaten im Auszahlungskonto.",
    ),
    HoldCause.CONTEST: Reason(
        Who.OPERATIONS,
        "The company contests these hours. Answer by the deadline that the contest shows; "
        "operations decides, and without a decision the hours are approved.",
        "Die Firma bestreitet diese Stunden. Antworten Sie bis zur Frist, die dort steht; das "
        "Team entscheidet, und ohne Entscheidung werden die Stunden freigegeben.",
    ),
    HoldCause.SET_OFF: Reason(
        Who.FINANCE,
        "Taken back: it is set off against your next payout.",
        "Zurückgefordert: Es wird mit Ihrer nächsten Auszahlung verrechnet.",
    ),
}

# Refusals of the provider that pass: the promise stands and is tried again.
_PASSING = {
    "balance_insufficient": HoldCause.NOT_AVAILABLE,
    "insufficient_capabilities_for_transfer": HoldCause.PAYOUT_ACCOUNT_INCOMPLETE,
    "account_invalid": HoldCause.PAYOUT_ACCOUNT_INCOMPLETE,
    "payouts_not_allowed": HoldCause.PAYOUT_ACCOUNT_INCOMPLETE,
}


def hold_for(code: str) -> HoldCause | None:
    """The cause with which a refused transfer waits, or None when it has definitely failed."""
    return _PASSING.get(code)


@dataclass(frozen=True, slots=True)
class Due:
    """One unpaid pay line's circumstances."""

    funded: bool
    payout_state: PayoutState | None
    payout_code: str | None
    account_ready: bool
    payable_minor: int
    minimum_minor: int
    taken_back: bool = False


def cause_of(due: Due) -> HoldCause:
    """Why this line is not at the bank yet. `payable_minor` is the trainer's sum that could go."""
    if due.payout_state is not None:
        return cause_in_payout(due.payout_state, due.payout_code or "")
    if due.taken_back:
        return HoldCause.SET_OFF
    if not due.funded:
        return HoldCause.CLIENT_UNPAID
    if not due.account_ready:
        return HoldCause.PAYOUT_ACCOUNT_INCOMPLETE
    if due.payable_minor < due.minimum_minor:
        return HoldCause.BELOW_MINIMUM
    return HoldCause.NEXT_RUN


def cause_in_payout(state: PayoutState, code: str) -> HoldCause:
    """Why a payout that exists has not arrived; `code` is the provider's last refusal."""
    if state is PayoutState.HELD:
        return hold_for(code) or HoldCause.NOT_AVAILABLE
    if state is PayoutState.RETURNED:
        return HoldCause.BANK_RETURN
    return HoldCause.UNDER_WAY
