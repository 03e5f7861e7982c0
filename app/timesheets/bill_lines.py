"""The company's side of approved time: what each approval pinned, rounded once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    UniqueConstraint,
    func,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain import hours
from app.domain.adjustments import FLAT, LineType
from app.domain.hours import Line, Priced
from app.domain.money import Money
from app.domain.timesheets import EntryState, SheetState
from app.domain.weeks import PayWeek, week_of
from app.engagements import bill_terms
from app.engagements.queries import EngagementFacts
from app.kit.db import Row
from app.kit.ids import new_id
from app.timesheets import correction_lines
from app.timesheets.adjustments import AdjustmentFacts
from app.timesheets.queries import PieceFacts, SheetFacts, pieces_on_sheets, span_of
from app.timesheets.tables import Approval, Timesheet

_FLAT = [type_.value for type_ in FLAT]


class BillLine(Row):
    """One engagement, worked week and bill rate in one approval; or one adjustment.

    `worked_seconds` are those of this approval; `minutes` and `bill_minor` are the rounded
    cumulative sums of the engagement, week and rate minus what earlier lines hold. A correction
    adds whole minutes, or takes them away; bonus, expense and clawback are money alone.
    `cap_units`: what the line uses of money caps, in which clawbacks do not count.
    `credit_released_at`: the invoice is paid, so the line no longer uses the credit limit.
    """

    __tablename__ = "bill_lines"
    __table_args__ = (
        UniqueConstraint("approval_id", "week_starts_at", "bill_rate_minor"),
        CheckConstraint(
            "type IN ('time','bonus','expense','correction','clawback')"
            " AND (type = 'time') = (adjustment_id IS NULL)",
            name="type",
        ),
        CheckConstraint(
            "CASE type WHEN 'time' THEN worked_seconds > 0"
            " WHEN 'correction' THEN minutes <> 0 AND worked_seconds = minutes * 60"
            " ELSE worked_seconds = 0 AND minutes = 0 AND bill_rate_minor = 0 END",
            name="seconds",
        ),
        CheckConstraint(
            "CASE type WHEN 'time' THEN minutes >= 0 AND bill_minor >= 0"
            " WHEN 'correction' THEN sign(bill_minor) * sign(minutes) >= 0"
            " WHEN 'clawback' THEN bill_minor < 0 ELSE bill_minor > 0 END",
            name="sign",
        ),
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
    type: Mapped[str] = mapped_column(default=LineType.TIME.value)
    adjustment_id: Mapped[UUID | None] = mapped_column(ForeignKey("adjustments.id"), unique=True)
    cap_units: Mapped[int] = mapped_column(
        Computed(
            "worked_seconds * bill_rate_minor + CASE WHEN type IN ('bonus','expense','clawback')"
            " THEN bill_minor * 3600 ELSE 0 END",
            persisted=True,
        )
    )


@dataclass(frozen=True, slots=True)
class Billed:
    """The company's side of one timesheet: rounded minutes and billed."""

    minutes: int
    billed: Money

    def __add__(self, other: "Billed") -> "Billed":
        return Billed(self.minutes + other.minutes, self.billed + other.billed)


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
                    "type": LineType.TIME.value,
                }
                for line in lines
            ],
        )
    return Money(sum(line.priced.minor for line in lines), currency)


async def currency_of(session: AsyncSession, engagement_id: UUID) -> str:
    """The one currency of an engagement."""
    return (await bill_terms.rates_of(session, engagement_id))[0].currency


async def add_sum(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    adjustment: AdjustmentFacts,
    *,
    bill: Money,
) -> None:
    """Write the line of an adjustment that is a sum of money, in the week of its sheet."""
    sheet = await session.get_one(Timesheet, approval.timesheet_id)
    session.add(
        BillLine(
            id=new_id(),
            approval_id=approval.id,
            engagement_id=engagement.id,
            trainer_id=engagement.trainer_id,
            project_id=engagement.project_id,
            position_id=engagement.position_id,
            company_id=engagement.company_id,
            week_starts_at=sheet.week_starts_at,
            week_ends_at=sheet.week_ends_at,
            worked_seconds=0,
            minutes=0,
            bill_rate_minor=0,
            bill_minor=bill.minor,
            currency=bill.currency,
            approved_at=approval.approved_at,
            type=adjustment.type.value,
            adjustment_id=adjustment.id,
            credit_released_at=_released_at(approval, bill.minor),
        )
    )
    await session.flush()


async def correction(
    session: AsyncSession, engagement: EngagementFacts, minutes: int, worked_at: datetime
) -> Line:
    """What a correction changes in the week and at the rate of an instant.

    Raises WeekNotApproved, CorrectionTooLarge.
    """
    rates = await bill_terms.rates_of(session, engagement.id)
    held = (await _before(session, [engagement.id])).get(engagement.id, {})
    return correction_lines.line_of(engagement, rates, held, minutes=minutes, worked_at=worked_at)


async def add_correction(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    adjustment: AdjustmentFacts,
    *,
    line: Line,
    currency: str,
) -> None:
    """Write the line of a correction, in the week that it corrects."""
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    priced = line.priced
    session.add(
        BillLine(
            id=new_id(),
            approval_id=approval.id,
            engagement_id=engagement.id,
            trainer_id=engagement.trainer_id,
            project_id=engagement.project_id,
            position_id=engagement.position_id,
            company_id=engagement.company_id,
            week_starts_at=line.week_starts_at,
            week_ends_at=week_of(line.week_starts_at, pay_week).ends_at,
            worked_seconds=priced.seconds,
            minutes=priced.minutes,
            bill_rate_minor=line.rate_minor,
            bill_minor=priced.minor,
            currency=currency,
            approved_at=approval.approved_at,
            type=adjustment.type.value,
            adjustment_id=adjustment.id,
            credit_released_at=_released_at(approval, priced.minor),
        )
    )
    await session.flush()


async def total_of(session: AsyncSession, engagement_id: UUID) -> int:
    """What all lines of an engagement come to so far, in minor units."""
    total = select(func.coalesce(func.sum(BillLine.bill_minor), 0)).where(
        BillLine.engagement_id == engagement_id
    )
    return int(await session.scalar(total) or 0)


def _released_at(approval: Approval, bill_minor: int) -> datetime | None:
    """Credit is freed when an invoice is paid, and by nothing else: what is given back frees none
    before, and then takes none out of what the same invoice frees."""
    return approval.approved_at if bill_minor < 0 else None


async def of_adjustments(
    session: AsyncSession, adjustment_ids: Collection[UUID]
) -> Mapping[UUID, Billed]:
    """What adjustments come to, by adjustment; one without a line has no entry."""
    rows = await session.execute(
        select(BillLine.adjustment_id, BillLine.minutes, BillLine.bill_minor, BillLine.currency)
        .where(BillLine.adjustment_id.in_(list(adjustment_ids)))
    )  # fmt: skip
    return {
        id_: Billed(minutes, Money(minor, currency))
        for id_, minutes, minor, currency in rows
        if id_ is not None
    }


async def amounts(session: AsyncSession, sheets: Collection[SheetFacts]) -> Mapping[UUID, Billed]:
    """What each sheet comes to: its lines once approved, until then what they would be now.

    Adjustments are lines already, whatever the state of the sheet.
    """
    found = await _approved(session, [s.id for s in sheets])
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
        would_be = _sum(lines, rates[sheet.engagement_id][0].currency)
        found[sheet.id] = would_be + found[sheet.id] if sheet.id in found else would_be
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
        .where(BillLine.engagement_id.in_(list(engagement_ids)), BillLine.type.not_in(_FLAT))
        .group_by(BillLine.engagement_id, BillLine.week_starts_at, BillLine.bill_rate_minor)
    )
    found: dict[UUID, dict[tuple[datetime, int], Priced]] = {}
    for engagement_id, week, rate, seconds, minutes, minor in rows:
        priced = Priced(int(seconds), int(minutes), int(minor))
        found.setdefault(engagement_id, {})[(week, rate)] = priced
    return found
