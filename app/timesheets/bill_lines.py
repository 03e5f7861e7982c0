"""The company's side of approved time: what each approval pinned, rounded once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain import hours
from app.domain.hours import Line, Priced
from app.domain.money import Money
from app.domain.timesheets import EntryState, SheetState
from app.domain.weeks import PayWeek, week_of
from app.engagements import bill_terms
from app.engagements.queries import EngagementFacts
from app.kit.db import Row
from app.kit.ids import new_id
from app.timesheets.queries import PieceFacts, SheetFacts, pieces_on_sheets, span_of
from app.timesheets.tables import Approval


class BillLine(Row):
    """One engagement, worked week and bill rate in one approval.

    `worked_seconds` are those of this approval; `minutes` and `bill_minor` are the rounded
    cumulative sums of the engagement, week and rate minus what earlier lines hold.
    `credit_released_at`: the invoice is paid, so the line no longer uses the credit limit.
    """

    __tablename__ = "bill_lines"
    __table_args__ = (
        UniqueConstraint("approval_id", "week_starts_at", "bill_rate_minor"),
        CheckConstraint("worked_seconds > 0", name="seconds"),
        CheckConstraint("minutes >= 0 AND bill_minor >= 0", name="not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.id"))
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), index=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), index=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    week_starts_at: Mapped[datetime]
    week_ends_at: Mapped[datetime]
    worked_seconds: Mapped[int]
    minutes: Mapped[int]
    bill_rate_minor: Mapped[int]
    bill_minor: Mapped[int]
    currency: Mapped[str]
    approved_at: Mapped[datetime]
    credit_released_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Billed:
    """The company's side of one timesheet: rounded minutes and billed."""

    minutes: int
    billed: Money


async def pin(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    pieces: Sequence[PieceFacts],
) -> Money:
    """Write the lines of an approval and return what they come to together.

    The caller holds the engagement, so that no other approval reads the same earlier lines.
    """
    rates = await bill_terms.rates_of(session, engagement.id)
    before = await _before(session, [engagement.id])
    lines = hours.price(
        [span_of(p) for p in pieces if not p.at_platform_cost], rates, before.get(engagement.id, {})
    )
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    currency = rates[0].currency
    if lines:
        await session.execute(
            insert(BillLine),
            [
                {
                    "id": new_id(),
                    "approval_id": approval.id,
                    "engagement_id": engagement.id,
                    "trainer_id": engagement.trainer_id,
                    "project_id": engagement.project_id,
                    "position_id": engagement.position_id,
                    "company_id": engagement.company_id,
                    "week_starts_at": line.week_starts_at,
                    "week_ends_at": week_of(line.week_starts_at, pay_week).ends_at,
                    "worked_seconds": line.priced.seconds,
                    "minutes": line.priced.minutes,
                    "bill_rate_minor": line.rate_minor,
                    "bill_minor": line.priced.minor,
                    "currency": currency,
                    "approved_at": approval.approved_at,
                }
                for line in lines
            ],
        )
    return Money(sum(line.priced.minor for line in lines), currency)


async def amounts(session: AsyncSession, sheets: Collection[SheetFacts]) -> Mapping[UUID, Billed]:
    """What each sheet comes to: its lines once approved, until then what they would be now."""
    found = await _approved(session, [s.id for s in sheets if s.state is SheetState.APPROVED])
    waiting = [s for s in sheets if s.state is not SheetState.APPROVED]
    engagement_ids = {s.engagement_id for s in sheets}
    rates = await bill_terms.rates_of_many(session, engagement_ids)
    before = await _before(session, engagement_ids) if waiting else {}
    pieces = await pieces_on_sheets(session, [s.id for s in waiting])
    for sheet in waiting:
        lines = hours.price(
            [
                span_of(p)
                for p in pieces.get(sheet.id, [])
                if p.state in (EntryState.RECORDED, EntryState.ON_TIMESHEET)
                and not p.at_platform_cost
            ],
            rates[sheet.engagement_id],
            before.get(sheet.engagement_id, {}),
        )
        found[sheet.id] = _sum(lines, rates[sheet.engagement_id][0].currency)
    nothing = {s.id: _sum([], rates[s.engagement_id][0].currency) for s in sheets}
    return {**nothing, **found}


async def estimates(session: AsyncSession, pieces: Collection[PieceFacts]) -> Mapping[UUID, Billed]:
    """What each closed piece would come to by itself, for somebody who decides about it."""
    rates = await bill_terms.rates_of_many(session, {p.engagement_id for p in pieces})
    return {
        p.id: _sum(
            hours.price([span_of(p)], rates[p.engagement_id], {}),
            rates[p.engagement_id][0].currency,
        )
        for p in pieces
    }


def _sum(lines: Sequence[Line], currency: str) -> Billed:
    return Billed(
        sum(line.priced.minutes for line in lines),
        Money(sum(line.priced.minor for line in lines), currency),
    )


async def _approved(session: AsyncSession, sheet_ids: Collection[UUID]) -> dict[UUID, Billed]:
    rows = await session.execute(
        select(
            Approval.timesheet_id,
            func.sum(BillLine.minutes),
            func.sum(BillLine.bill_minor),
            func.min(BillLine.currency),
        )
        .join(BillLine, BillLine.approval_id == Approval.id)
        .where(Approval.timesheet_id.in_(list(sheet_ids)))
        .group_by(Approval.timesheet_id)
    )
    return {
        sheet_id: Billed(int(minutes), Money(int(minor), currency))
        for sheet_id, minutes, minor, currency in rows
    }


async def _before(
    session: AsyncSession, engagement_ids: Collection[UUID]
) -> dict[UUID, dict[tuple[datetime, int], Priced]]:
    """What lines hold already, by engagement, worked week and rate."""
    rows = await session.execute(
        select(
            BillLine.engagement_id,
            BillLine.week_starts_at,
            BillLine.bill_rate_minor,
            func.sum(BillLine.worked_seconds),
            func.sum(BillLine.minutes),
            func.sum(BillLine.bill_minor),
        )
        .where(BillLine.engagement_id.in_(list(engagement_ids)))
        .group_by(BillLine.engagement_id, BillLine.week_starts_at, BillLine.bill_rate_minor)
    )
    found: dict[UUID, dict[tuple[datetime, int], Priced]] = {}
    for engagement_id, week, rate, seconds, minutes, minor in rows:
        priced = Priced(int(seconds), int(minutes), int(minor))
        found.setdefault(engagement_id, {})[(week, rate)] = priced
    return found
