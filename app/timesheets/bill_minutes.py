"""The company's side of why a timesheet holds its minutes."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.adjustments import LineType
from app.domain.hours import Priced
from app.domain.minutes import PostedLine
from app.domain.permissions import Permission, require
from app.engagements import bill_terms
from app.timesheets import explaining, queries
from app.timesheets.bill_lines import BillLine
from app.timesheets.explaining import Story
from app.timesheets.queries import SheetFacts
from app.timesheets.tables import Approval


async def explain(session: AsyncSession, actor: ClientActor, sheet_id: UUID) -> Story:
    """A company's timesheet from seconds to minutes, at its bill rates. Raises NotAllowed,
    NotFound."""
    require(actor, Permission.READ_TIME)
    sheet = await queries.sheet_of_company(session, actor.company_id, sheet_id)
    rates = await bill_terms.rates_of(session, sheet.engagement_id)
    lines = await _lines(session, sheet)
    return await explaining.tell(session, sheet, rates, lines, platform_pays=True)


async def _lines(session: AsyncSession, sheet: SheetFacts) -> list[PostedLine]:
    """All lines of the engagement, in the order in which they were written: the engagement is held
    by whoever writes one, and ids sort by their making."""
    rows = await session.execute(
        select(
            BillLine.week_starts_at,
            BillLine.bill_rate_minor,
            BillLine.worked_seconds,
            BillLine.minutes,
            BillLine.bill_minor,
            Approval.timesheet_id,
        )
        .join(Approval, Approval.id == BillLine.approval_id)
        # A bonus or another sum of money has no minutes; adjustments are listed with the timesheet.
        .where(
            BillLine.engagement_id == sheet.engagement_id,
            BillLine.type.in_((LineType.TIME.value, LineType.CORRECTION.value)),
        )
        .order_by(BillLine.id)
    )
    return [
        PostedLine(week, rate, Priced(seconds, minutes, minor), timesheet_id == sheet.id)
        for week, rate, seconds, minutes, minor, timesheet_id in rows
    ]
