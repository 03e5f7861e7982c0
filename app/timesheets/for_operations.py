"""What operations reads of hours: no money."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import OperationsActor
from app.kit.paging import Cut, Page
from app.timesheets import queries
from app.timesheets.queries import PieceFacts


async def list_over_cap(
    session: AsyncSession, actor: OperationsActor, page: Cut, *, now: datetime
) -> Page[PieceFacts]:
    """Time beyond trainers' weeks, and what companies left undecided past the deadline."""
    del actor  # the signature says whose this is
    return await queries.list_over_cap_of_operations(session, page, now=now)
