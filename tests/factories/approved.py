"""Approved time with everything that hangs on it: sheet, approval, bill line, posting, credit."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.domain import chart, invoice_maths
from app.engagements.tables import Engagement
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.projects.tables import Position
from app.timesheets.bill_lines import BillLine
from app.timesheets.tables import Approval, CapCounter, Timesheet
from app.trainers.tables import Trainer
from tests.factories import people, work


@dataclass
class Deal:
    """A trainer at work for a company."""

    company: Company
    trainer: Trainer
    position: Position
    engagement: Engagement


async def deal(session: AsyncSession, *, now: datetime, **over: Any) -> Deal:
    """A whole deal; `position` and `trainer` take over their factories' fields, the rest the
    company's."""
    of_position = over.pop("position", {})
    of_trainer = over.pop("trainer", {})
    company = await people.company(session, now=now, **over)
    trainer = await people.trainer(session, now=now, **of_trainer)
    project = await work.project(session, company, now=now)
    position = await work.position(session, project, now=now, **of_position)
    engagement = await work.engagement(
        session, position, trainer.id, now=now, currency=company.currency
    )
    return Deal(company, trainer, position, engagement)


async def approved(
    session: AsyncSession,
    of: Deal,
    *,
    now: datetime,
    minutes: int = 120,
    bill_rate_minor: int = 15_000,
    weeks_back: int = 1,
) -> BillLine:
    """One line approved at `now`, for a UTC week some weeks back; another week for each call."""
    monday = now.date() - timedelta(days=now.weekday(), weeks=weeks_back)
    week = datetime.combine(monday, time.min, UTC)
    sheet = Timesheet(
        id=new_id(),
        engagement_id=of.engagement.id,
        company_id=of.company.id,
        trainer_id=of.trainer.id,
        week_starts_at=week,
        week_ends_at=week + timedelta(days=7),
        state="approved",
        approved_at=now,
    )
    session.add(sheet)
    await session.flush()
    approval = Approval(id=new_id(), timesheet_id=sheet.id, actor="member:x", approved_at=now)
    session.add(approval)
    await session.flush()
    bill_minor = invoice_maths.line_net_minor(minutes, bill_rate_minor)
    line = BillLine(
        id=new_id(),
        approval_id=approval.id,
        engagement_id=of.engagement.id,
        trainer_id=of.trainer.id,
        project_id=of.position.project_id,
        position_id=of.position.id,
        company_id=of.company.id,
        week_starts_at=sheet.week_starts_at,
        week_ends_at=sheet.week_ends_at,
        worked_seconds=max(minutes * 60, 1),
        minutes=minutes,
        bill_rate_minor=bill_rate_minor,
        bill_minor=bill_minor,
        currency=of.company.currency,
        approved_at=now,
    )
    session.add(line)
    await session.flush()
    await _post(session, approval, line, now=now)
    return line


async def _post(
    session: AsyncSession, approval: Approval, line: BillLine, *, now: datetime
) -> None:
    if line.bill_minor:
        await posting.post(
            session,
            source="approval",
            key=str(approval.id),
            description="Approved time",
            effective_at=now,
            now=now,
            entries=[
                Entry(chart.unbilled(line.company_id), line.currency, line.bill_minor),
                Entry(chart.INCOME_SERVICES, line.currency, -line.bill_minor),
            ],
        )
    units = line.worked_seconds * line.bill_rate_minor
    credit = insert(CapCounter).values(
        scope="credit_limit", scope_id=line.company_id, period="", cap=10**15, used=units
    )
    await session.execute(
        credit.on_conflict_do_update(
            index_elements=[CapCounter.scope, CapCounter.scope_id, CapCounter.period],
            set_={"used": CapCounter.used + units},
        )
    )
