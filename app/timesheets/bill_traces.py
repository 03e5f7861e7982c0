"""Lines of the company's side, traced back to what they come from."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.adjustments import LineType
from app.domain.hours import Priced
from app.engagements import bill_terms
from app.timesheets import tracing
from app.timesheets.bill_lines import BillLine
from app.timesheets.tracing import LineRow, TracedLine

_HELD = (LineType.TIME.value, LineType.CORRECTION.value)


async def of_lines(session: AsyncSession, ids: Collection[UUID]) -> list[TracedLine]:
    """Lines by their ids, oldest week first; the caller has checked whose they are."""
    return await _trace(session, BillLine.id.in_(list(ids)))


async def of_approvals(session: AsyncSession, ids: Collection[UUID]) -> list[TracedLine]:
    """All lines of approvals, oldest week first; the caller has checked whose they are."""
    return await _trace(session, BillLine.approval_id.in_(list(ids)))


async def _trace(session: AsyncSession, those: ColumnElement[bool]) -> list[TracedLine]:
    wanted = [
        _row(line)
        for line in await session.scalars(
            select(BillLine).where(those).order_by(BillLine.week_starts_at, BillLine.id)
        )
    ]
    engagement_ids = {line.engagement_id for line in wanted}
    # The engagement is held by whoever writes a line, and ids sort by their making.
    written = await session.scalars(
        select(BillLine)
        .where(BillLine.engagement_id.in_(engagement_ids), BillLine.type.in_(_HELD))
        .order_by(BillLine.id)
    )
    return await tracing.trace(
        session,
        wanted,
        written=[_row(line).held for line in written],
        rates=await bill_terms.rates_of_many(session, engagement_ids),
        platform_pays=True,
    )


def _row(line: BillLine) -> LineRow:
    return LineRow(
        line.id,
        line.approval_id,
        line.engagement_id,
        line.week_starts_at,
        line.week_ends_at,
        LineType(line.type),
        line.bill_rate_minor,
        Priced(line.worked_seconds, line.minutes, line.bill_minor),
        line.currency,
        line.adjustment_id,
    )
