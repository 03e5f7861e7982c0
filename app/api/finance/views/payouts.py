"""What finance sees of payouts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.domain.settlement import REASONS, PayoutState, cause_in_payout
from app.payouts.queries import AttemptFacts, PayoutFacts, RunFacts


class FinancePayoutRun(Seen):
    """A run and how far it is. `state` is running until every payout has left or is held."""

    id: UUID
    as_of: datetime
    state: str
    created_at: datetime
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
        payouts_by_state=dict(facts.payouts_by_state),
        totals=[
            MoneySeen(minor=total, currency=currency)
            for currency, total in sorted(facts.pay_by_currency.items())
        ],
    )


_ENDED = (PayoutState.SETTLED.value, PayoutState.FAILED.value, PayoutState.CANCELED.value)


def _waiting(facts: PayoutFacts, language: str) -> FinanceWaiting | None:
    if facts.state in _ENDED:
        return None
    cause = cause_in_payout(PayoutState(facts.state), facts.failure_code or "")
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
        waiting=_waiting(facts, language),
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
