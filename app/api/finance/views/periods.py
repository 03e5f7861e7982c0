"""What finance sees of closed and open months."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.domain import periods
from app.ledger.periods import PeriodFacts, StepFacts
from app.reconciling.closing import Unfinished


class FinancePeriod(Seen):
    """A calendar month (UTC). What comes later than its closing is booked in the next open one."""

    month: str
    state: str
    posting_count: int
    changed_at: datetime | None

    @classmethod
    def of(cls, facts: PeriodFacts) -> Self:
        return cls(
            month=periods.written(facts.month_on),
            state=facts.state.value,
            posting_count=facts.posting_count,
            changed_at=facts.changed_at,
        )


class FinanceOpenBalance(Seen):
    """Left by this month or an earlier one on an account that must reach zero."""

    account: str
    balance: MoneySeen


class FinanceOpenDifference(Seen):
    reference: str
    kind: str
    happened_at: datetime


class FinancePeriodStep(Seen):
    """`open_items`: what the month was closed over."""

    event: str
    reason: str | None
    open_items: list[dict[str, Any]]
    by_user_id: UUID
    at: datetime


class FinancePeriodDetails(Seen):
    """A month, what would keep it from being closed now, and its history."""

    period: FinancePeriod
    open_balances: list[FinanceOpenBalance]
    open_differences: list[FinanceOpenDifference]
    steps: list[FinancePeriodStep]


def details(facts: PeriodFacts, left: Unfinished, steps: list[StepFacts]) -> FinancePeriodDetails:
    return FinancePeriodDetails(
        period=FinancePeriod.of(facts),
        open_balances=[
            FinanceOpenBalance(
                account=each.account_key,
                balance=MoneySeen(minor=each.amount_minor, currency=each.currency),
            )
            for each in left.balances
        ],
        open_differences=[
            FinanceOpenDifference(
                reference=each.reference, kind=each.kind, happened_at=each.happened_at
            )
            for each in left.differences
        ],
        steps=[
            FinancePeriodStep(
                event=step.event.value,
                reason=step.reason,
                open_items=list(step.open_items),
                by_user_id=step.by_user_id,
                at=step.at,
            )
            for step in steps
        ],
    )
