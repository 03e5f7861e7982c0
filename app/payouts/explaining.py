"""Why a payout is exactly what it is: entries → rounding → dated pay terms → payout."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from app.timesheets import pay_traces
from app.timesheets.tracing import TracedLine


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line of the payout and what it comes from. `pay_minor` is what the payout holds of it;
    it is the line's own amount, and the proof of the books says so."""

    position_title: str
    pay_minor: int
    traced: TracedLine

    @property
    def type(self) -> LineType:
        return self.traced.row.type


@dataclass(frozen=True, slots=True)
class Explanation:
    """The lines' `pay_minor` come to the payout's."""

    payout: PayoutFacts
    lines: Sequence[ExplainedLine]


async def explain(
    session: AsyncSession, actor: TrainerActor, payout_id: UUID
) -> Explanation | None:
    """The trainer's own explanation; None when the payout is not hers."""
    payout = await queries.own_payout(session, actor, payout_id)
    if payout is None:
        return None
    rows = await session.execute(
        select(PayoutLine.pay_line_id, PayoutLine.pay_minor).where(
            PayoutLine.payout_id == payout_id
        )
    )
    held = dict(rows.all())
    traced = await pay_traces.of_lines(session, held)
    titles = await _titles(session, {line.row.engagement_id for line in traced})
    return Explanation(
        payout,
        [ExplainedLine(titles[line.row.engagement_id], held[line.row.id], line) for line in traced],
    )


async def _titles(session: AsyncSession, engagement_ids: set[UUID]) -> dict[UUID, str]:
    rows = await session.execute(
        select(Engagement.id, Position.title)
        .join(Position, Position.id == Engagement.position_id)
        .where(Engagement.id.in_(engagement_ids))
    )
    return dict(rows.all())
