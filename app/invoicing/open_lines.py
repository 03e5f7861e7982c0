"""Approved time that stands on no invoice yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.domain import wording
from app.domain.adjustments import LineType
from app.engagements.tables import Engagement
from app.invoicing.tables import InvoiceLine
from app.projects.tables import Position
from app.timesheets.bill_lines import BillLine
from app.trainers.tables import Trainer


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One bill line as it will be pinned. Week dates are those of the pay week's own zone."""

    bill_line_id: UUID
    position_title: str
    trainer_label: str
    purchase_order: str | None
    week_from_on: date
    week_to_on: date
    minutes: int
    bill_rate_minor: int
    net_minor: int
    currency: str
    type: str


def _is_open(until: datetime) -> ColumnElement[bool]:
    on_an_invoice = exists().where(InvoiceLine.bill_line_id == BillLine.id)
    return (BillLine.approved_at < until) & ~on_an_invoice


async def lock_companies(
    session: AsyncSession, *, until: datetime, company_id: UUID | None
) -> Sequence[UUID]:
    """Companies with lines approved before `until`, locked so that only one run invoices them.

    The lock lets approvals go on: it does not conflict with the key share of a foreign key. Lines
    must be read after it: a run that waited here must not see them as they were before.
    """
    waiting = select(BillLine.company_id).where(_is_open(until))
    if company_id is not None:
        waiting = waiting.where(BillLine.company_id == company_id)
    locked = await session.scalars(
        select(Company.id)
        .where(Company.id.in_(waiting))
        .order_by(Company.id)
        .with_for_update(key_share=True)
    )
    return locked.all()


async def open_lines(
    session: AsyncSession, company_id: UUID, *, until: datetime
) -> Sequence[OpenLine]:
    """The company's lines approved before `until`, in the order in which they are printed."""
    rows = await session.execute(
        select(
            BillLine,
            Position.title,
            Position.purchase_order,
            Trainer.full_name,
            Engagement.pay_week_timezone,
        )
        .join(Position, Position.id == BillLine.position_id)
        .join(Trainer, Trainer.id == BillLine.trainer_id)
        .join(Engagement, Engagement.id == BillLine.engagement_id)
        .where(BillLine.company_id == company_id, _is_open(until))
        .order_by(
            # Hours first, then what was adjusted, of each position.
            Position.title,
            BillLine.type != LineType.TIME.value,
            BillLine.week_starts_at,
            Trainer.full_name,
            BillLine.id,
        )
    )
    return [
        _line(line, title, order, name, ZoneInfo(zone)) for line, title, order, name, zone in rows
    ]


def _line(
    line: BillLine, title: str, purchase_order: str | None, full_name: str, zone: ZoneInfo
) -> OpenLine:
    last_moment = line.week_ends_at - timedelta(seconds=1)
    return OpenLine(
        bill_line_id=line.id,
        position_title=title,
        trainer_label=wording.display_label(full_name),
        purchase_order=purchase_order,
        week_from_on=line.week_starts_at.astimezone(zone).date(),
        week_to_on=last_moment.astimezone(zone).date(),
        minutes=line.minutes,
        bill_rate_minor=line.bill_rate_minor,
        net_minor=line.bill_minor,
        currency=line.currency,
        type=line.type,
    )
