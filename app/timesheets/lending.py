"""What a company's time uses of the money that it may owe, or has paid ahead."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.caps import CounterKey, Scope
from app.timesheets import counters
from app.timesheets.bill_lines import BillLine
from app.timesheets.counters import Move


async def take_credit_again(
    session: AsyncSession, company_id: UUID, bill_line_ids: Collection[UUID]
) -> None:
    """The payment of these lines was taken back: they use the company's credit limit again, also
    beyond it. What gives back never used any."""
    key = CounterKey(Scope.CREDIT_LIMIT, company_id, "")
    used = await counters.lock(session, [key])
    taken = await session.execute(
        update(BillLine)
        .where(
            BillLine.id.in_(list(bill_line_ids)),
            BillLine.company_id == company_id,
            BillLine.credit_released_at.is_not(None),
            BillLine.bill_minor > 0,
        )
        .values(credit_released_at=None)
        .returning(BillLine.cap_units)
        .execution_options(synchronize_session=False)
    )
    units = sum(taken.scalars())
    if units:
        await counters.move(session, [Move(key, units, used[key], lift=True)])


async def hold(session: AsyncSession, company_id: UUID) -> None:
    """Be the only one who moves what the company's time may use, until the commit."""
    await counters.lock(session, [CounterKey(Scope.CREDIT_LIMIT, company_id, "")])


class Used(NamedTuple):
    """Logged in one engagement and pay week and not paid for yet, in units of minor × 3600."""

    engagement_id: UUID
    week_starts_at: datetime
    units: int


async def used_by_week(session: AsyncSession, company_id: UUID) -> list[Used]:
    """What of the company's time is not paid for: recorded and not approved, or approved and its
    invoice, if there is one, still open. Weeks that come to nothing are left out."""
    rows = await session.execute(_USED, {"company": company_id})
    return [Used(row.engagement_id, row.week_starts_at, int(row.units)) for row in rows]


_USED = text(
    """
WITH terms AS (
  SELECT t.engagement_id, t.bill_minor, t.effective_at,
         lead(t.effective_at, 1, 'infinity') OVER (
           PARTITION BY t.engagement_id ORDER BY t.effective_at) AS until_at
  FROM engagement_bill_terms t JOIN engagements g ON g.id = t.engagement_id
  WHERE g.company_id = :company
), used AS (
  SELECT e.engagement_id, e.week_starts_at, t.bill_minor * extract(epoch FROM
         least(e.ended_at, t.until_at) - greatest(e.started_at, t.effective_at))::bigint AS units
  FROM time_entries e JOIN terms t USING (engagement_id)
  WHERE e.company_id = :company AND e.state IN ('recorded', 'on_timesheet', 'contested')
    AND NOT e.at_platform_cost AND e.started_at < t.until_at AND e.ended_at > t.effective_at
  UNION ALL
  SELECT engagement_id, week_starts_at, cap_units FROM bill_lines
  WHERE company_id = :company AND credit_released_at IS NULL
)
SELECT engagement_id, week_starts_at, sum(units) AS units FROM used
GROUP BY engagement_id, week_starts_at HAVING sum(units) > 0 ORDER BY 1, 2
"""
)
