"""Why a cent is not at the bank yet: causes, whose turn it is, and until when.

Every unpaid cent has exactly one cause. What blocks a whole trainer comes before what concerns one
sum, and what somebody must do comes before what only takes time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.settlement import PayoutState


class HoldCause(StrEnum):
    """Why a cent is not paid yet. Every unpaid cent has exactly one."""

    NOT_SUBMITTED = "not_submitted"
    IN_REVIEW = "in_review"
    CONTEST = "contest"
    OVER_CAP = "over_cap"
    OVER_CAP_OPERATIONS = "over_cap_operations"
    CLIENT_UNPAID = "client_unpaid"
    FINANCE_HOLD = "finance_hold"
    SANCTIONS_REVIEW = "sanctions_review"
    PAYOUT_ACCOUNT_INCOMPLETE = "payout_account_incomplete"
    BANK_CHANGE = "bank_change"
    FIRST_PAYOUT = "first_payout"
    EARLIER_PAYOUT = "earlier_payout"
    BELOW_MINIMUM = "below_minimum"
    SET_OFF = "set_off"
    NEXT_RUN = "next_run"
    UNDER_WAY = "under_way"
    NOT_AVAILABLE = "not_available"
    BANK_RETURN = "bank_return"


class Screening(StrEnum):
    """What the last screening against the sanctions lists said."""

    CLEAR = "clear"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class PayoutRules:
    """What an installation has set. Hours and days of zero mean: no such wait.

    `calls_per_second`: the provider's limit for each endpoint. `longest_call_s`: how long a call to
    it can be on its way, from the decision until nobody waits for it any more.
    `four_eyes_above_minor`: one person may order so much in a day alone; None, any sum.
    """

    minimum_minor: int = 100
    first_payout_wait: timedelta = timedelta(0)
    bank_change_wait: timedelta = timedelta(0)
    screening_wanted: bool = False
    screening_fresh_for: timedelta = timedelta(hours=24)
    calls_per_second: int = 25
    longest_call_s: float = 30.0
    four_eyes_above_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold that somebody or something has placed on a trainer, or on one payout of hers.

    It ends when it is released, or by itself at `until_at`. `look_at`: when a person promised to
    look at it again.
    """

    id: UUID
    cause: HoldCause
    placed_at: datetime
    until_at: datetime | None
    look_at: datetime | None
    payout_id: UUID | None

    def binds(self, now: datetime) -> bool:
        return self.until_at is None or self.until_at > now


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a trainer may be paid at all.

    `first_ready_at`: when her payout account could first be paid. `paid_before`: money has been
    sent to her already. `lists_of`: the date of the lists she was last screened against.
    """

    account_ready: bool
    first_ready_at: datetime | None
    paid_before: bool
    screening: Screening | None
    lists_of: datetime | None
    placed: Sequence[Placed] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Why nothing goes to a trainer now. `until_at`: when it ends by itself, if it does."""

    cause: HoldCause
    until_at: datetime | None = None
    hold_id: UUID | None = None
    since: datetime | None = None


def block_of(
    standing: Standing, rules: PayoutRules, *, now: datetime, payout_id: UUID | None = None
) -> Block | None:
    """What blocks the trainer, and this payout of hers; None when nothing does."""
    for placed in standing.placed:
        mine = placed.payout_id is None or placed.payout_id == payout_id
        if mine and placed.cause is HoldCause.FINANCE_HOLD and placed.binds(now):
            until = placed.until_at or placed.look_at
            return Block(placed.cause, until, placed.id, placed.placed_at)
    if rules.screening_wanted and not _screened(standing, rules, now):
        return Block(HoldCause.SANCTIONS_REVIEW, since=standing.lists_of)
    if not standing.account_ready:
        return Block(HoldCause.PAYOUT_ACCOUNT_INCOMPLETE)
    waits = [
        Block(placed.cause, placed.until_at, placed.id, placed.placed_at)
        for placed in standing.placed
        if placed.cause is HoldCause.BANK_CHANGE and placed.binds(now)
    ]
    if waits:
        return max(waits, key=lambda wait: wait.until_at or now)
    # Without a wait nothing is compared: a long run asks with the instant at which it began, and an
    # account that became ready since would lie ahead of it.
    if rules.first_payout_wait and not standing.paid_before and standing.first_ready_at is not None:
        until = standing.first_ready_at + rules.first_payout_wait
        if until > now:
            return Block(HoldCause.FIRST_PAYOUT, until, since=standing.first_ready_at)
    return None


def _screened(standing: Standing, rules: PayoutRules, now: datetime) -> bool:
    """A match is never cleared by itself; lists that are too old say nothing."""
    return (
        standing.screening is Screening.CLEAR
        and standing.lists_of is not None
        and now - standing.lists_of <= rules.screening_fresh_for
    )


def cause_of_sum(
    payable_minor: int, block: Block | None, rules: PayoutRules, *, open_payout: bool
) -> HoldCause | None:
    """Why a run would not pay this sum of funded lines; None when it would. Pure, and the only
    place where that is decided: preview, run and the list of holds all ask here."""
    if block is not None:
        return block.cause
    if open_payout:
        return HoldCause.EARLIER_PAYOUT
    if payable_minor < rules.minimum_minor:
        return HoldCause.BELOW_MINIMUM
    return None


# Why a promise waits that the provider refused for now, as causes.
_REFUSED = {
    "balance_insufficient": HoldCause.NOT_AVAILABLE,
    "insufficient_capabilities_for_transfer": HoldCause.PAYOUT_ACCOUNT_INCOMPLETE,
    "account_invalid": HoldCause.PAYOUT_ACCOUNT_INCOMPLETE,
    "payouts_not_allowed": HoldCause.PAYOUT_ACCOUNT_INCOMPLETE,
}


def cause_in_payout(state: PayoutState, code: str, block: Block | None = None) -> HoldCause:
    """Why a payout that exists has not arrived.

    `code`: the last refusal. `block`: given as long as the money can still be stopped.
    """
    if block is not None:
        return block.cause
    if state is PayoutState.RETURNED:
        return HoldCause.BANK_RETURN
    if state is PayoutState.HELD:
        return _REFUSED.get(code, HoldCause.NEXT_RUN)
    # Transferred across a border, it is not available in the payee's balance for a day or so.
    return _REFUSED.get(code, HoldCause.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Due:
    """One unpaid pay line's circumstances. `payable_minor`: her funded sum that no payout holds."""

    funded: bool
    payable_minor: int
    payout_state: PayoutState | None = None
    payout_code: str | None = None
    open_payout: bool = False
    taken_back: bool = False
    block: Block | None = None


def cause_of(due: Due, rules: PayoutRules) -> HoldCause:
    """Why this line is not at the bank yet."""
    if due.payout_state is not None:
        return cause_in_payout(due.payout_state, due.payout_code or "", due.block)
    if due.taken_back:
        return HoldCause.SET_OFF
    if not due.funded:
        return HoldCause.CLIENT_UNPAID
    cause = cause_of_sum(due.payable_minor, due.block, rules, open_payout=due.open_payout)
    return cause or HoldCause.NEXT_RUN


_LOOKED_AT_EVERY = timedelta(days=7)
_BANKS_TAKE = timedelta(days=5)
_TRIED_EVERY = timedelta(hours=1)


def release_on(
    cause: HoldCause, *, since: datetime, now: datetime, until_at: datetime | None = None
) -> datetime:
    """When it ends, or when it is looked at again at the latest; never in the past.

    What only a person can end is looked at every seven days from when it began.
    """
    if until_at is not None and until_at > now:
        return until_at
    if cause is HoldCause.NEXT_RUN:
        return now
    if cause is HoldCause.NOT_AVAILABLE:
        return now + _TRIED_EVERY
    if cause is HoldCause.UNDER_WAY and since + _BANKS_TAKE > now:
        return since + _BANKS_TAKE
    passed = (now - since) // _LOOKED_AT_EVERY if now > since else 0
    return since + (passed + 1) * _LOOKED_AT_EVERY
