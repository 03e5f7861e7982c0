"""What finance sees of reconciliation: Stripe's statement beside the books."""

from datetime import datetime
from typing import Self
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.domain.reconciling import Standing
from app.domain.reconciling_reasons import REASONS, clearing_words
from app.reconciling.queries import BalanceFacts, DifferenceFacts, Overview, RunFacts


class FinanceReconciliationRun(Seen):
    """A run. `state`: ordered, fetching (see `accounts_done`), finished. `problem` is what the
    provider answered instead of a statement; the run goes on by itself.

    A line matches when account, fact, currency, sum and fee are the same, with no tolerance.
    """

    id: UUID
    state: str
    ordered_at: datetime
    finished_at: datetime | None
    accounts_done: int
    accounts_total: int
    lines_compared: int
    lines_matched: int
    differences_open: int
    problem: str | None

    @classmethod
    def of(cls, facts: RunFacts) -> Self:
        return cls(
            id=facts.id,
            state=facts.state,
            ordered_at=facts.ordered_at,
            finished_at=facts.finished_at,
            accounts_done=facts.accounts_done,
            accounts_total=facts.accounts_total,
            lines_compared=facts.lines_compared,
            lines_matched=facts.lines_matched,
            differences_open=facts.differences_open,
            problem=facts.problem,
        )


class FinanceStripeBalance(Seen):
    """A balance at Stripe beside ours. `bucket`: available and pending of the `platform`, held of a
    payee's account. `difference` is Stripe less books."""

    account: str
    bucket: str
    at_stripe: MoneySeen
    in_books: MoneySeen
    difference: MoneySeen

    @classmethod
    def of(cls, facts: BalanceFacts) -> Self:
        def money(minor: int) -> MoneySeen:
            return MoneySeen(minor=minor, currency=facts.currency)

        return cls(
            account=facts.account,
            bucket=facts.bucket,
            at_stripe=money(facts.provider_minor),
            in_books=money(facts.ledger_minor),
            difference=money(facts.difference_minor),
        )


class FinanceStanding(Seen):
    """What stands on a ledger account that must reach zero, and since when the oldest part does.
    `meaning`: what that money is, in the caller's language."""

    account: str
    meaning: str
    balance: MoneySeen
    since: datetime
    age_seconds: int

    @classmethod
    def of(cls, facts: Standing, language: str, now: datetime) -> Self:
        return cls(
            account=facts.account_key,
            meaning=clearing_words(facts.account_key, language),
            balance=MoneySeen(minor=facts.balance_minor, currency=facts.currency),
            since=facts.since_at,
            age_seconds=max(0, int((now - facts.since_at).total_seconds())),
        )


class FinanceReconciliation(Seen):
    """Where reconciliation stands. `is_reconciled`: the last run left no difference open, and every
    balance was the same to the cent. False before the first run. `clearing`: the 200 accounts on
    which money has stood longest."""

    is_reconciled: bool
    differences_open: int
    oldest_difference_since: datetime | None
    last_run: FinanceReconciliationRun | None
    balances: list[FinanceStripeBalance]
    clearing: list[FinanceStanding]

    @classmethod
    def of(cls, facts: Overview, language: str, now: datetime) -> Self:
        return cls(
            is_reconciled=facts.is_reconciled,
            differences_open=facts.open_now,
            oldest_difference_since=facts.oldest_at,
            last_run=FinanceReconciliationRun.of(facts.run) if facts.run else None,
            balances=[FinanceStripeBalance.of(each) for each in facts.balances],
            clearing=[FinanceStanding.of(each, language, now) for each in facts.standings],
        )


class FinanceDifference(Seen):
    """What Stripe's statement and the books do not say alike. Sums are nets with their fees; null
    where that side says nothing. `explanation` is a proposal, `next_action` what to do."""

    id: UUID
    kind: str
    account: str
    reference: str
    balance_transaction_id: str | None
    posting_id: UUID | None
    at_stripe: MoneySeen | None
    fee_at_stripe: MoneySeen | None
    in_books: MoneySeen | None
    fee_in_books: MoneySeen | None
    cause: str
    explanation: str
    next_action: str
    happened_at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    age_seconds: int


def difference_view(facts: DifferenceFacts, language: str, now: datetime) -> FinanceDifference:
    def money(minor: int | None, currency: str | None) -> MoneySeen | None:
        if minor is None or currency is None:
            return None
        return MoneySeen(minor=minor, currency=currency)

    reason = REASONS[facts.cause]
    until = facts.resolved_at or now
    return FinanceDifference(
        id=facts.id,
        kind=facts.kind.value,
        account=facts.account,
        reference=facts.reference,
        balance_transaction_id=facts.provider_entry_id,
        posting_id=facts.posting_group_id,
        at_stripe=money(facts.provider_minor, facts.currency),
        fee_at_stripe=money(facts.provider_fee_minor, facts.currency),
        in_books=money(facts.ledger_minor, facts.ledger_currency),
        fee_in_books=money(facts.ledger_fee_minor, facts.ledger_currency),
        cause=facts.cause.value,
        explanation=reason.cause(language),
        next_action=reason.action(language),
        happened_at=facts.happened_at,
        first_seen_at=facts.first_seen_at,
        last_seen_at=facts.last_seen_at,
        resolved_at=facts.resolved_at,
        age_seconds=max(0, int((until - facts.happened_at).total_seconds())),
    )


class FinancePageLink(Seen):
    """A link for a browser. It works once, until `expires_at`; it shows a button that opens the
    page for half an hour at most, or until this session ends."""

    url: str
    expires_at: datetime
