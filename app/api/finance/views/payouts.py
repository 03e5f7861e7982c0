"""What finance sees of payouts."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.domain.hold_reasons import REASONS
from app.domain.holds import HoldCause, release_on
from app.payouts.previewing import Preview
from app.payouts.queries import AttemptFacts, PayoutFacts, PlacedHoldFacts, RunFacts
from app.payouts.waiting import HoldFacts


class FinancePayoutRun(Seen):
    """A run and how far it is. `state` is running until every payout has left or is held, and
    awaiting_approval while a second person has to look at it. `intended`: how many payouts it has
    set out to make, null before that; the sum of `payouts_by_state` is how many there are."""

    id: UUID
    as_of: datetime
    state: str
    created_at: datetime
    intended: int | None
    ordered_by: UUID
    approved_by: UUID | None
    payouts_by_state: dict[str, int]
    totals: list[MoneySeen]


class FinanceAttempt(Seen):
    """One try at one step. The provider's idempotency key is the attempt's id."""

    kind: str
    number: int
    state: str
    outcome_code: str | None
    provider_id: str | None
    intended_at: datetime
    finished_at: datetime | None


class FinanceWaiting(Seen):
    """Why a payout has not arrived, whose turn it is, and what happens next."""

    cause: str
    who: str
    next_action: str


class FinancePayout(Seen):
    """Our promise to pay one trainer one sum."""

    id: UUID
    run_id: UUID
    trainer_id: UUID
    state: str
    pay: MoneySeen
    transfer_id: str | None
    bank_payout_id: str | None
    failure_code: str | None
    waiting: FinanceWaiting | None
    created_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None


class FinanceHold(Seen):
    """What of one trainer waits for one reason. `release_on`: when it ends or is looked at again.

    `hold_id`: of a hold that somebody placed, for `release_hold`.
    """

    trainer_id: UUID
    held: MoneySeen
    waiting: FinanceWaiting
    since: datetime
    release_on: date
    hold_id: UUID | None


class FinancePlacedHold(Seen):
    """Something that stops a trainer's money, or one payout of hers, until it is released.

    `until`: it ends by itself then. `look_on`: finance looks at it again by that day.
    """

    id: UUID
    trainer_id: UUID
    payout_id: UUID | None
    cause: str
    reason: str | None
    placed_by: str
    placed_at: datetime
    until: datetime | None
    look_on: date | None
    released_by: str | None
    released_at: datetime | None


class FinancePreviewedPayout(Seen):
    """What the run would promise one trainer in one currency, from so many pay lines."""

    trainer_id: UUID
    pay: MoneySeen
    lines: int


class FinancePreviewedRetry(Seen):
    """A held payout of an earlier run that the run would send again."""

    payout_id: UUID
    trainer_id: UUID
    pay: MoneySeen


class FinancePayoutPreview(Seen):
    """What `run_payouts` would do now. `totals` are of `to_pay`; a negative `held` is set off
    later. What no company has paid for yet, or approved, is in `list_payout_holds`. `as_of` is null
    when none was given: then it is of this very moment."""

    as_of: datetime | None
    to_pay: list[FinancePreviewedPayout]
    to_send_again: list[FinancePreviewedRetry]
    held: list[FinanceHold]
    totals: list[MoneySeen]


class FinanceScreening(Seen):
    """A screening that was written down."""

    id: UUID


class FinancePayoutWithAttempts(Seen):
    """A payout with every try at it."""

    payout: FinancePayout
    attempts: list[FinanceAttempt]


def run_view(facts: RunFacts) -> FinancePayoutRun:
    return FinancePayoutRun(
        id=facts.id,
        as_of=facts.as_of_at,
        state=facts.state,
        created_at=facts.created_at,
        intended=facts.intended,
        ordered_by=facts.ordered_by_user_id,
        approved_by=facts.approved_by_user_id,
        payouts_by_state=dict(facts.payouts_by_state),
        totals=[
            MoneySeen(minor=total, currency=currency)
            for currency, total in sorted(facts.pay_by_currency.items())
        ],
    )


def waiting_view(cause: HoldCause, language: str) -> FinanceWaiting:
    reason = REASONS[cause]
    return FinanceWaiting(
        cause=cause.value,
        who=reason.who.value,
        next_action=reason.de if language == "de" else reason.en,
    )


def payout_view(facts: PayoutFacts, language: str) -> FinancePayout:
    return FinancePayout(
        id=facts.id,
        run_id=facts.run_id,
        trainer_id=facts.trainer_id,
        state=facts.state,
        pay=MoneySeen(minor=facts.pay_minor, currency=facts.currency),
        transfer_id=facts.transfer_id,
        bank_payout_id=facts.bank_payout_id,
        failure_code=facts.failure_code,
        waiting=None if facts.cause is None else waiting_view(facts.cause, language),
        created_at=facts.created_at,
        sent_at=facts.sent_at,
        settled_at=facts.settled_at,
    )


def detail_view(
    facts: PayoutFacts, attempts: Sequence[AttemptFacts], language: str
) -> FinancePayoutWithAttempts:
    return FinancePayoutWithAttempts(
        payout=payout_view(facts, language),
        attempts=[
            FinanceAttempt(
                kind=a.kind,
                number=a.number,
                state=a.state,
                outcome_code=a.outcome_code,
                provider_id=a.provider_id,
                intended_at=a.intended_at,
                finished_at=a.finished_at,
            )
            for a in attempts
        ],
    )


def hold_view(facts: HoldFacts, language: str) -> FinanceHold:
    return FinanceHold(
        trainer_id=facts.trainer_id,
        held=MoneySeen(minor=facts.held_minor, currency=facts.currency),
        waiting=waiting_view(facts.cause, language),
        since=facts.since,
        release_on=facts.release_on_at.date(),
        hold_id=facts.hold_id,
    )


def placed_view(facts: PlacedHoldFacts) -> FinancePlacedHold:
    return FinancePlacedHold(
        id=facts.id,
        trainer_id=facts.trainer_id,
        payout_id=facts.payout_id,
        cause=facts.cause.value,
        reason=facts.reason,
        placed_by=facts.placed_by,
        placed_at=facts.placed_at,
        until=facts.until_at,
        look_on=None if facts.look_at is None else facts.look_at.date(),
        released_by=facts.released_by,
        released_at=facts.released_at,
    )


def preview_view(
    facts: Preview, as_of: datetime | None, *, language: str, now: datetime
) -> FinancePayoutPreview:
    held = [
        (v.trainer_id, v.payable_minor, v.currency, v.cause, v.block, v.since) for v in facts.sums
    ] + [(p.trainer_id, p.pay_minor, p.currency, p.cause, p.block, p.since) for p in facts.held]
    return FinancePayoutPreview(
        as_of=as_of,
        to_pay=[
            FinancePreviewedPayout(
                trainer_id=v.trainer_id,
                pay=MoneySeen(minor=v.payable_minor, currency=v.currency),
                lines=v.lines,
            )
            for v in facts.to_pay
        ],
        to_send_again=[
            FinancePreviewedRetry(
                payout_id=p.id,
                trainer_id=p.trainer_id,
                pay=MoneySeen(minor=p.pay_minor, currency=p.currency),
            )
            for p in facts.to_send_again
        ],
        held=[
            hold_view(
                HoldFacts(
                    trainer_id,
                    cause,
                    minor,
                    currency,
                    (block and block.since) or since,
                    release_on(
                        cause, since=since, now=now, until_at=block.until_at if block else None
                    ),
                    block.hold_id if block else None,
                ),
                language,
            )
            for trainer_id, minor, currency, cause, block, since in held
            if cause is not None
        ],
        totals=[
            MoneySeen(minor=total, currency=currency)
            for currency, total in sorted(facts.totals.items())
        ],
    )
