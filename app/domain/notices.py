"""What people are told: which kinds there are, to whom, by which way, and what a notice may say.

A notice says that something has happened and by when to act. It holds no name, no note and no
money: whoever reads it opens the thing itself, at a door that shows what this reader may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

Facts = Mapping[str, str | int]


class Channel(StrEnum):
    EMAIL = "email"
    PUSH = "push"


class Platform(StrEnum):
    FCM = "fcm"
    APNS = "apns"


class Audience(StrEnum):
    TRAINER = "trainer"
    COMPANY = "company"
    OPERATIONS = "operations"
    FINANCE = "finance"


class Kind(StrEnum):
    """What happened. Stable for ever: settings and phones name it."""

    OFFER_RECEIVED = "offer_received"
    OFFER_EXPIRING = "offer_expiring"
    OFFER_WITHDRAWN = "offer_withdrawn"
    CAP_NEAR = "cap_near"
    CAP_REACHED = "cap_reached"
    WEEK_NEAR = "week_near"
    WEEK_REACHED = "week_reached"
    OVER_CAP_ALLOWED = "over_cap_allowed"
    OVER_CAP_DECLINED = "over_cap_declined"
    HOURS_CONTESTED = "hours_contested"
    ANSWER_DUE = "answer_due"
    CONTEST_DECIDED = "contest_decided"
    CONTEST_WITHDRAWN = "contest_withdrawn"
    TIMESHEET_APPROVED = "timesheet_approved"
    TIMESHEET_AUTO_APPROVED = "timesheet_auto_approved"
    TIMESHEET_SENT_BACK = "timesheet_sent_back"
    LIMIT_CHANGED = "limit_changed"
    ROOM_CHANGED = "room_changed"
    TERMS_CHANGED = "terms_changed"
    TERMS_PROPOSED = "terms_proposed"
    CONSENT_DUE = "consent_due"
    TERMS_WITHDRAWN = "terms_withdrawn"
    ENGAGEMENT_PAUSED = "engagement_paused"
    ENGAGEMENT_RESUMED = "engagement_resumed"
    ENGAGEMENT_ENDED = "engagement_ended"
    BANK_CHANGED = "bank_changed"

    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    POSITION_NEAR = "position_near"
    POSITION_REACHED = "position_reached"
    BUDGET_NEAR = "budget_near"
    BUDGET_REACHED = "budget_reached"
    CREDIT_NEAR = "credit_near"
    CREDIT_REACHED = "credit_reached"
    OVER_CAP_WAITING = "over_cap_waiting"
    OVER_CAP_DUE = "over_cap_due"
    CONTEST_ANSWERED = "contest_answered"
    COMPANY_CONTEST_DECIDED = "company_contest_decided"
    TIMESHEET_SUBMITTED = "timesheet_submitted"
    REVIEW_DUE = "review_due"
    COMPANY_LIMIT_CHANGED = "company_limit_changed"
    BUDGET_CHANGED = "budget_changed"
    POSITION_CHANGED = "position_changed"
    TERMS_CONSENTED = "terms_consented"
    TERMS_DECLINED = "terms_declined"
    TERMS_EXPIRED = "terms_expired"
    MEMBER_JOINED = "member_joined"
    ROLE_CHANGED = "role_changed"
    MEMBERSHIP_ENDED = "membership_ended"

    STAFF_OVER_CAP_WAITING = "staff_over_cap_waiting"
    STAFF_OVER_CAP_DUE = "staff_over_cap_due"
    STAFF_CONTEST_WAITING = "staff_contest_waiting"
    STAFF_CONTEST_DUE = "staff_contest_due"

    INVOICE_DUE_SOON = "invoice_due_soon"
    INVOICE_OVERDUE = "invoice_overdue"
    INVOICE_LAST_CALL = "invoice_last_call"
    TIME_STOPPED = "time_stopped"
    TIME_GOES_ON = "time_goes_on"
    WORK_STOPPED = "work_stopped"
    WORK_GOES_ON = "work_goes_on"
    INVOICE_OPEN_AGAIN = "invoice_open_again"
    INVOICE_CHARGE_FAILED = "invoice_charge_failed"
    REFUND_SENT = "refund_sent"

    STAFF_RECONCILIATION_OPEN = "staff_reconciliation_open"
    STAFF_DISPUTE_OPENED = "staff_dispute_opened"
    STAFF_REFUND_FAILED = "staff_refund_failed"
    STAFF_CHAIN_BROKEN = "staff_chain_broken"


@dataclass(frozen=True, slots=True)
class Manner:
    """To whom a kind goes, what it is about, the facts it may hold, and how it is sent by default.

    `mandatory`: its e-mail cannot be turned off, for silence would cost the reader something.
    """

    audience: Audience
    about: str
    facts: frozenset[str] = frozenset()
    email: bool = True
    push: bool = True
    mandatory: bool = False


def _manner(audience: Audience, about: str, *facts: str, **ways: bool) -> Manner:
    return Manner(audience, about, frozenset(facts), **ways)


_T, _C, _O, _K = Audience.TRAINER, Audience.COMPANY, Audience.OPERATIONS, Kind
MANNERS: Mapping[Kind, Manner] = MappingProxyType(
    {
        _K.OFFER_RECEIVED: _manner(_T, "offer", mandatory=True),
        _K.OFFER_EXPIRING: _manner(_T, "offer"),
        _K.OFFER_WITHDRAWN: _manner(_T, "offer"),
        _K.CAP_NEAR: _manner(_T, "engagement", "cap", "percent", email=False),
        _K.CAP_REACHED: _manner(_T, "engagement", "cap"),
        _K.WEEK_NEAR: _manner(_T, "week", "percent", email=False),
        _K.WEEK_REACHED: _manner(_T, "week"),
        _K.OVER_CAP_ALLOWED: _manner(_T, "entry", email=False),
        _K.OVER_CAP_DECLINED: _manner(_T, "entry", mandatory=True),
        _K.HOURS_CONTESTED: _manner(_T, "timesheet", mandatory=True),
        _K.ANSWER_DUE: _manner(_T, "contest", mandatory=True),
        _K.CONTEST_DECIDED: _manner(_T, "contest", "outcome", mandatory=True),
        _K.CONTEST_WITHDRAWN: _manner(_T, "contest"),
        _K.TIMESHEET_APPROVED: _manner(_T, "timesheet", email=False),
        _K.TIMESHEET_AUTO_APPROVED: _manner(_T, "timesheet", email=False),
        _K.TIMESHEET_SENT_BACK: _manner(_T, "timesheet", mandatory=True),
        _K.LIMIT_CHANGED: _manner(_T, "engagement"),
        _K.ROOM_CHANGED: _manner(_T, "engagement", email=False),
        _K.TERMS_CHANGED: _manner(_T, "engagement", mandatory=True),
        _K.TERMS_PROPOSED: _manner(_T, "engagement", mandatory=True),
        _K.CONSENT_DUE: _manner(_T, "engagement", mandatory=True),
        _K.TERMS_WITHDRAWN: _manner(_T, "engagement"),
        _K.ENGAGEMENT_PAUSED: _manner(_T, "engagement", mandatory=True),
        _K.ENGAGEMENT_RESUMED: _manner(_T, "engagement"),
        _K.ENGAGEMENT_ENDED: _manner(_T, "engagement", mandatory=True),
        _K.BANK_CHANGED: _manner(_T, "payout_account", mandatory=True),
        _K.OFFER_ACCEPTED: _manner(_C, "offer"),
        _K.OFFER_DECLINED: _manner(_C, "offer"),
        _K.POSITION_NEAR: _manner(_C, "position", "percent"),
        _K.POSITION_REACHED: _manner(_C, "position"),
        _K.BUDGET_NEAR: _manner(_C, "project", "percent"),
        _K.BUDGET_REACHED: _manner(_C, "project"),
        _K.CREDIT_NEAR: _manner(_C, "company", "percent"),
        _K.CREDIT_REACHED: _manner(_C, "company"),
        _K.OVER_CAP_WAITING: _manner(_C, "engagement", mandatory=True),
        _K.OVER_CAP_DUE: _manner(_C, "engagement", mandatory=True),
        _K.CONTEST_ANSWERED: _manner(_C, "contest"),
        _K.COMPANY_CONTEST_DECIDED: _manner(_C, "contest", "outcome"),
        _K.TIMESHEET_SUBMITTED: _manner(_C, "timesheet"),
        _K.REVIEW_DUE: _manner(_C, "timesheet", mandatory=True),
        _K.COMPANY_LIMIT_CHANGED: _manner(_C, "engagement", email=False),
        _K.BUDGET_CHANGED: _manner(_C, "project", email=False),
        _K.POSITION_CHANGED: _manner(_C, "position", email=False),
        _K.TERMS_CONSENTED: _manner(_C, "engagement"),
        _K.TERMS_DECLINED: _manner(_C, "engagement"),
        _K.TERMS_EXPIRED: _manner(_C, "engagement"),
        _K.MEMBER_JOINED: _manner(_C, "company"),
        _K.ROLE_CHANGED: _manner(_C, "company", "role", mandatory=True),
        _K.MEMBERSHIP_ENDED: _manner(_C, "company", mandatory=True),
        _K.STAFF_OVER_CAP_WAITING: _manner(_O, "engagement", mandatory=True),
        _K.STAFF_OVER_CAP_DUE: _manner(_O, "engagement", mandatory=True),
        _K.STAFF_CONTEST_WAITING: _manner(_O, "contest", mandatory=True),
        _K.STAFF_CONTEST_DUE: _manner(_O, "contest", mandatory=True),
        _K.INVOICE_DUE_SOON: _manner(_C, "invoice"),
        _K.INVOICE_OVERDUE: _manner(_C, "invoice", mandatory=True),
        _K.INVOICE_LAST_CALL: _manner(_C, "invoice", mandatory=True),
        _K.TIME_STOPPED: _manner(_C, "company", mandatory=True),
        _K.TIME_GOES_ON: _manner(_C, "company"),
        _K.WORK_STOPPED: _manner(_T, "engagement", mandatory=True),
        _K.WORK_GOES_ON: _manner(_T, "engagement"),
        _K.INVOICE_OPEN_AGAIN: _manner(_C, "invoice", mandatory=True),
        _K.INVOICE_CHARGE_FAILED: _manner(_C, "invoice", mandatory=True),
        _K.REFUND_SENT: _manner(_C, "refund"),
        _K.STAFF_RECONCILIATION_OPEN: _manner(Audience.FINANCE, "reconciliation", mandatory=True),
        _K.STAFF_DISPUTE_OPENED: _manner(Audience.FINANCE, "dispute", mandatory=True),
        _K.STAFF_REFUND_FAILED: _manner(Audience.FINANCE, "refund", mandatory=True),
        _K.STAFF_CHAIN_BROKEN: _manner(Audience.FINANCE, "books", mandatory=True),
    }
)


def kinds_for(audience: Audience) -> tuple[Kind, ...]:
    """The kinds that somebody of this audience can be told of, in their order."""
    return tuple(kind for kind in Kind if MANNERS[kind].audience is audience)


def check_facts(kind: Kind, facts: Facts) -> None:
    """Raise ValueError for a fact that this kind of notice must not hold."""
    if unknown := set(facts) - MANNERS[kind].facts:
        raise ValueError(f"{kind} does not say {', '.join(sorted(unknown))}")


class DeliveryState(StrEnum):
    """`unknown`: the outside got it, or did not; it is sent again under the same id."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class DeliveryEvent(StrEnum):
    """delay: the outside asks to come back. lose: nobody knows what became of the call."""

    SEND = "send"
    DELIVER = "deliver"
    DELAY = "delay"
    LOSE = "lose"
    REFUSE = "refuse"


_S, _V = DeliveryState, DeliveryEvent
DELIVERY_MOVES: Mapping[tuple[DeliveryState, DeliveryEvent], DeliveryState] = MappingProxyType(
    {
        (_S.QUEUED, _V.SEND): _S.SENDING,
        (_S.UNKNOWN, _V.SEND): _S.SENDING,
        (_S.SENDING, _V.SEND): _S.SENDING,  # whoever sent it died in the middle
        (_S.SENDING, _V.DELIVER): _S.SENT,
        (_S.SENDING, _V.DELAY): _S.QUEUED,
        (_S.SENDING, _V.LOSE): _S.UNKNOWN,
        (_S.SENDING, _V.REFUSE): _S.FAILED,
    }
)
OPEN = frozenset({_S.QUEUED, _S.SENDING, _S.UNKNOWN})
# So long a delivery is left to whoever took it; then it counts as lost in the middle.
SENDING_FOR = timedelta(minutes=10)
MOST_ATTEMPTS = 8
PUSH_LASTS = timedelta(hours=24)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)


def tried_again_at(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts (1 or more); None when it is given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    pause: timedelta = _FIRST_PAUSE * 4 ** (attempts - 1)
    return now + min(_LONGEST_PAUSE, pause)
