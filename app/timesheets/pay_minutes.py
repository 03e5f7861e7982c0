"""The trainer's side of why a timesheet holds its minutes."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.adjustments import LineType
from app.domain.hours import Priced
from app.domain.minutes import PostedLine
from app.engagements import pay_terms
from app.timesheets import explaining, queries
from app.timesheets.explaining import Story
from app.timesheets.pay_lines import PayLine
from app.timesheets.queries import SheetFacts
from app.timesheets.tables import Approval


async def explain(session: AsyncSession, actor: TrainerActor, sheet_id: UUID) -> Story:
    """A trainer's timesheet from seconds to minutes, at her pay rates. Raises NotFound."""
    sheet = await queries.sheet_of_trainer(session, actor.trainer_id, sheet_id)
    rates = await pay_terms.rates_of(session, sheet.engagement_id)
    lines = await _lines(session, sheet)
    return await explaining.tell(session, sheet, rates, lines, platform_pays=False)


async def _lines(session: AsyncSession, sheet: SheetFacts) -> list[PostedLine]:
    """All lines of the engagement, in the order in which they were written: the engagement is held
    by whoever writes one, and ids sort by their making."""
    rows = await session.execute(
        select(
            PayLine.week_starts_at,
            PayLine.pay_rate_minor,
            PayLine.worked_seconds,
            PayLine.minutes,
            PayLine.pay_minor,
            Approval.timesheet_id,
        )
        .join(Approval, Approval.id == PayLine.approval_id)
        # A bonus or another sum of money has no minutes; adjustments are listed with the timesheet.
        .where(
            PayLine.engagement_id == sheet.engagement_id,
            PayLine.type.in_((LineType.TIME.value, LineType.CORRECTION.value)),
        )
        .order_by(PayLine.id)
    )
    return [
        PostedLine(week, rate, Priced(seconds, minutes, minor), timesheet_id == sheet.id)
        for week, rate, seconds, minutes, minor, timesheet_id in rows
    ]
