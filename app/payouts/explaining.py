"""Why a payout is exactly what it is: entries → rounding → dated pay terms → payout."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.adjustments import LineType
from app.engagements.tables import Engagement
from app.payouts import queries
from app.payouts.queries import PayoutFacts
from app.payouts.tables import PayoutLine
from app.projects.tables import Position
from app.timesheets.adjustments import Adjustment
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import TimeEntry


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """One approved entry under a line, to the second."""

    id: UUID
    started_at: datetime
    ended_at: datetime
    worked_seconds: int
    note: str | None


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line: `worked_seconds` are its entries' sum; minutes and money are rounded once.

    An adjustment has no entries, but a reason; unless it is a correction it is a sum of money.
    """

    id: UUID
    position_title: str
    week_starts_at: datetime
    week_ends_at: datetime
    worked_seconds: int
    minutes: int
    pay_rate_minor: int
    pay_minor: int
    currency: str
    entries: Sequence[ExplainedEntry]
    type: LineType
    reason: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    payout: PayoutFacts
    lines: Sequence[ExplainedLine]


async def explain(
    session: AsyncSession, actor: TrainerActor, payout_id: UUID
) -> Explanation | None:
    """The trainer's own explanation; None when the payout is not hers."""
    payout = await queries.own_payout(session, actor, payout_id)
    if payout is None:
        return None
    rows = (
        await session.execute(
            select(PayLine, Position.title, Adjustment.reason)
            .outerjoin(Adjustment, Adjustment.id == PayLine.adjustment_id)
            .join(PayoutLine, PayoutLine.pay_line_id == PayLine.id)
            .join(Engagement, Engagement.id == PayLine.engagement_id)
            .join(Position, Position.id == Engagement.position_id)
            .where(PayoutLine.payout_id == payout_id)
            .order_by(PayLine.week_starts_at, PayLine.id)
        )
    ).all()
    entries = await _entries(session, [line.approval_id for line, *_ in rows])
    lines = [
        ExplainedLine(
            line.id,
            title,
            line.week_starts_at,
            line.week_ends_at,
            line.worked_seconds,
            line.minutes,
            line.pay_rate_minor,
            line.pay_minor,
            line.currency,
            entries.get((line.approval_id, line.week_starts_at), []),
            LineType(line.type),
            reason,
        )
        for line, title, reason in rows
    ]
    return Explanation(payout, lines)


async def _entries(
    session: AsyncSession, approval_ids: Sequence[UUID]
) -> dict[tuple[UUID, datetime], list[ExplainedEntry]]:
    rows = await session.scalars(
        select(TimeEntry)
        .where(TimeEntry.approval_id.in_(approval_ids))
        .order_by(TimeEntry.started_at)
    )
    found: dict[tuple[UUID, datetime], list[ExplainedEntry]] = {}
    for row in rows:
        assert row.approval_id is not None
        assert row.ended_at is not None
        found.setdefault((row.approval_id, row.week_starts_at), []).append(
            ExplainedEntry(
                row.id,
                row.started_at,
                row.ended_at,
                int((row.ended_at - row.started_at).total_seconds()),
                row.note,
            )
        )
    return found
