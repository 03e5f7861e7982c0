"""Approved work on the trainer's side, funded and in the books: what a payout run starts from."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.engagements.tables import Engagement
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import Approval, Timesheet


async def funded_pay(
    session: AsyncSession,
    engagement: Engagement,
    *,
    now: datetime,
    minutes: int = 600,
    pay_rate_minor: int = 12_000,
    funded: bool = True,
    weeks_back: int = 1,
) -> PayLine:
    """One approved week of `minutes`, owed in the ledger; funded unless said otherwise."""
    starts = (now - timedelta(weeks=weeks_back)).replace(hour=0, minute=0, second=0, microsecond=0)
    sheet = Timesheet(
        id=new_id(), engagement_id=engagement.id, company_id=engagement.company_id,
        trainer_id=engagement.trainer_id, week_starts_at=starts,
        week_ends_at=starts + timedelta(days=7), state="approved", approved_at=now,
    )  # fmt: skip
    session.add(sheet)
    await session.flush()
    approval = Approval(
        id=new_id(), timesheet_id=sheet.id, actor="test", approved_at=now,
        funded_at=now if funded else None,
    )  # fmt: skip
    session.add(approval)
    await session.flush()
    pay = minutes * pay_rate_minor // 60
    line = PayLine(
        id=new_id(), approval_id=approval.id, engagement_id=engagement.id,
        trainer_id=engagement.trainer_id, week_starts_at=starts,
        week_ends_at=starts + timedelta(days=7), worked_seconds=minutes * 60, minutes=minutes,
        pay_rate_minor=pay_rate_minor, pay_minor=pay, currency="USD", approved_at=now,
    )  # fmt: skip
    session.add(line)
    await session.flush()
    await post_owed(session, engagement.trainer_id, approval.id, pay, now=now)
    return line


async def post_owed(
    session: AsyncSession, trainer_id: UUID, approval_id: UUID, pay_minor: int, *, now: datetime
) -> None:
    """The trainer's half of an approval's posting."""
    await posting.post(
        session,
        source="approval",
        key=str(approval_id),
        description="approved in a test",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.EXPENSE_TRAINERS, "USD", pay_minor),
            Entry(chart.trainer_payable(trainer_id), "USD", -pay_minor),
        ],
    )
