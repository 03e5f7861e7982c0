"""A company's credit limit, used again by lines whose payment was taken back."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import update
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
