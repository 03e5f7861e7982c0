"""What operations reads of hours: no money."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import OperationsActor
from app.kit.paging import Cut, Page
from app.timesheets import adjustments, contests, queries
from app.timesheets.adjustments import AdjustmentFacts
from app.timesheets.contests import ContestFacts
from app.timesheets.queries import PieceFacts


async def list_over_cap(
    session: AsyncSession, actor: OperationsActor, page: Cut, *, now: datetime
) -> Page[PieceFacts]:
    """Time beyond trainers' weeks, and what companies left undecided past the deadline."""
    del actor  # the signature says whose this is
    return await queries.list_over_cap_of_operations(session, page, now=now)


async def list_contests(
    session: AsyncSession, actor: OperationsActor, page: Cut
) -> Page[ContestFacts]:
    """Contested hours that wait for operations, the nearest deadline first."""
    del actor  # the signature says whose this is
    return await contests.list_to_decide(session, page)


async def list_adjustments(
    session: AsyncSession, actor: OperationsActor, page: Cut
) -> Page[AdjustmentFacts]:
    """Expenses and corrections that wait for operations, the nearest deadline first."""
    del actor  # the signature says whose this is
    return await adjustments.list_to_decide(session, page)
