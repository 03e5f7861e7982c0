"""The trainer's side of approved time: what each approval pinned, rounded once."""

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
from app.engagements import pay_terms
from app.engagements.queries import EngagementFacts
from app.kit.db import Row
from app.kit.ids import new_id
from app.timesheets.queries import (
    PIECE_COLUMNS,
    PieceFacts,
    SheetFacts,
    pieces_on_sheets,
    read_piece,
    span_of,
)
from app.timesheets.tables import Approval, TimeEntry


class PayLine(Row):
    """One engagement, worked week and pay rate in one approval.

    `worked_seconds` are those of this approval; `minutes` and `pay_minor` are the rounded
    cumulative sums of the engagement, week and rate minus what earlier lines hold.
    """

    __tablename__ = "pay_lines"
    __table_args__ = (
        UniqueConstraint("approval_id", "week_starts_at", "pay_rate_minor"),
        CheckConstraint("worked_seconds > 0", name="seconds"),
        CheckConstraint("minutes >= 0 AND pay_minor >= 0", name="not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.id"))
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), index=True)

    week_starts_at: Mapped[datetime]
    week_ends_at: Mapped[datetime]
    worked_seconds: Mapped[int]
    minutes: Mapped[int]
    pay_rate_minor: Mapped[int]
    pay_minor: Mapped[int]
    currency: Mapped[str]
    approved_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Earned:
    """The trainer's side of one timesheet: rounded minutes and earned."""

    minutes: int
    earned: Money


@dataclass(frozen=True, slots=True)
class Contested:
    """What contested time of one engagement would come to; `since`: when it was worked first."""

    would_earn: Money
    since: datetime


async def pin(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    pieces: Sequence[PieceFacts],
) -> Money:
    """Write the lines of an approval and return what they come to together.

    The caller holds the engagement, so that no other approval reads the same earlier lines.
    """
    rates = await pay_terms.rates_of(session, engagement.id)
    before = await _before(session, [engagement.id])
    lines = hours.price([span_of(p) for p in pieces], rates, before.get(engagement.id, {}))
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    currency = rates[0].currency
    if lines:
        await session.execute(
            insert(PayLine),
            [
                {
                    "id": new_id(),
                    "approval_id": approval.id,
                    "engagement_id": engagement.id,
                    "trainer_id": engagement.trainer_id,
                    "week_starts_at": line.week_starts_at,
                    "week_ends_at": week_of(line.week_starts_at, pay_week).ends_at,
                    "worked_seconds": line.priced.seconds,
                    "minutes": line.priced.minutes,
                    "pay_rate_minor": line.rate_minor,
                    "pay_minor": line.priced.minor,
                    "currency": currency,
                    "approved_at": approval.approved_at,
                }
                for line in lines
            ],
        )
    return Money(sum(line.priced.minor for line in lines), currency)


async def amounts(session: AsyncSession, sheets: Collection[SheetFacts]) -> Mapping[UUID, Earned]:
    """What each sheet comes to: its lines once approved, until then what they would be now."""
    found = await _approved(session, [s.id for s in sheets if s.state is SheetState.APPROVED])
    waiting = [s for s in sheets if s.state is not SheetState.APPROVED]
    engagement_ids = {s.engagement_id for s in sheets}
    rates = await pay_terms.rates_of_many(session, engagement_ids)
    before = await _before(session, engagement_ids) if waiting else {}
    pieces = await pieces_on_sheets(session, [s.id for s in waiting])
    for sheet in waiting:
        lines = hours.price(
            [
                span_of(p)
                for p in pieces.get(sheet.id, [])
                if p.state in (EntryState.RECORDED, EntryState.ON_TIMESHEET)
            ],
            rates[sheet.engagement_id],
            before.get(sheet.engagement_id, {}),
        )
        found[sheet.id] = _sum(lines, rates[sheet.engagement_id][0].currency)
    nothing = {s.id: _sum([], rates[s.engagement_id][0].currency) for s in sheets}
    return {**nothing, **found}


async def contested(session: AsyncSession, trainer_id: UUID) -> Sequence[Contested]:
    """What a trainer's contested time adds to her lines if all of it is allowed, by engagement."""
    rows = await session.execute(
        select(*PIECE_COLUMNS)
        .where(TimeEntry.trainer_id == trainer_id, TimeEntry.state == EntryState.CONTESTED.value)
        .order_by(TimeEntry.engagement_id, TimeEntry.started_at)
    )
    pieces: dict[UUID, list[PieceFacts]] = {}
    for row in rows:
        pieces.setdefault(row.engagement_id, []).append(read_piece(row))
    rates = await pay_terms.rates_of_many(session, pieces)
    before = await _before(session, pieces)
    return [
        Contested(
            _sum(
                hours.price([span_of(p) for p in waiting], rates[id_], before.get(id_, {})),
                rates[id_][0].currency,
            ).earned,
            min(p.started_at for p in waiting),
        )
        for id_, waiting in pieces.items()
    ]


def _sum(lines: Sequence[Line], currency: str) -> Earned:
    return Earned(
        sum(line.priced.minutes for line in lines),
        Money(sum(line.priced.minor for line in lines), currency),
    )


async def _approved(session: AsyncSession, sheet_ids: Collection[UUID]) -> dict[UUID, Earned]:
    rows = await session.execute(
        select(
            Approval.timesheet_id,
            func.sum(PayLine.minutes),
            func.sum(PayLine.pay_minor),
            func.min(PayLine.currency),
        )
        .join(PayLine, PayLine.approval_id == Approval.id)
        .where(Approval.timesheet_id.in_(list(sheet_ids)))
        .group_by(Approval.timesheet_id)
    )
    return {
        sheet_id: Earned(int(minutes), Money(int(minor), currency))
        for sheet_id, minutes, minor, currency in rows
    }


async def _before(
    session: AsyncSession, engagement_ids: Collection[UUID]
) -> dict[UUID, dict[tuple[datetime, int], Priced]]:
    """What lines hold already, by engagement, worked week and rate."""
    rows = await session.execute(
        select(
            PayLine.engagement_id,
            PayLine.week_starts_at,
            PayLine.pay_rate_minor,
            func.sum(PayLine.worked_seconds),
            func.sum(PayLine.minutes),
            func.sum(PayLine.pay_minor),
        )
        .where(PayLine.engagement_id.in_(list(engagement_ids)))
        .group_by(PayLine.engagement_id, PayLine.week_starts_at, PayLine.pay_rate_minor)
    )
    found: dict[UUID, dict[tuple[datetime, int], Priced]] = {}
    for engagement_id, week, rate, seconds, minutes, minor in rows:
        priced = Priced(int(seconds), int(minutes), int(minor))
        found.setdefault(engagement_id, {})[(week, rate)] = priced
    return found
