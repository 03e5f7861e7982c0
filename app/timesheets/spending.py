"""What an adjustment uses of a company's money: its project's budget and its credit limit.

The same counters as hours use, in the same order of locks, in units of minor × 3600. Hour caps are
about hours that are logged, and adjustments move none of them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.domain import caps
from app.domain.caps import CounterKey, Scope
from app.engagements.queries import EngagementFacts
from app.projects import bill_terms
from app.timesheets import counters, leases
from app.timesheets.counters import Move
from app.timesheets.refusals import BudgetReached, CreditLimitReached


@dataclass(frozen=True, slots=True)
class Purse:
    """A company's money counters under lock, with what is agreed and used of each."""

    budget: CounterKey
    credit: CounterKey
    agreed: dict[CounterKey, int]
    used: dict[CounterKey, int]


async def hold(session: AsyncSession, engagement: EngagementFacts, *, now: datetime) -> Purse:
    """Lock the engagement, then its company's money; what is agreed is read after the lock."""
    budget = CounterKey(Scope.PROJECT_BUDGET, engagement.project_id, "")
    credit = CounterKey(Scope.CREDIT_LIMIT, engagement.company_id, "")
    total = CounterKey(Scope.ENGAGEMENT_TOTAL, engagement.id, "")
    used = await counters.lock(session, [total, budget, credit])
    agreed_budget = await bill_terms.project_budget(session, engagement.project_id)
    terms = await credit_terms.current(session, engagement.company_id, now)
    agreed = {
        budget: caps.money_cap_units(agreed_budget.minor if agreed_budget else None),
        credit: caps.money_cap_units(terms.credit_limit_minor),
    }
    return Purse(budget, credit, agreed, {key: used[key] for key in agreed})


async def check(session: AsyncSession, purse: Purse, units: int) -> None:
    """Raises BudgetReached or CreditLimitReached when so many more units do not fit.

    Where they do not, what engagements hold in advance is taken back first.
    """
    for key, refusal in ((purse.budget, BudgetReached), (purse.credit, CreditLimitReached)):
        if units > purse.agreed[key] - purse.used[key]:
            purse.used[key] -= await leases.take_back(session, key)
        if units > purse.agreed[key] - purse.used[key]:
            raise refusal


async def charge(session: AsyncSession, purse: Purse, units: int) -> None:
    """Use up so many units of both, by a relative UPDATE with the CHECK behind it; `check` first.

    What a correction gives back is free in the budget at once. Credit is freed by paid invoices
    alone.
    """
    keys = (purse.budget, purse.credit) if units > 0 else (purse.budget,)
    await counters.move(session, [Move(key, units, purse.agreed[key]) for key in keys])
