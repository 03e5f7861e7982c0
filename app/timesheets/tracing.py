"""From a line of either side back to its approval and its entries. The caller brings the rates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import hours, tracing
from app.domain.adjustments import FLAT, LineType
from app.domain.hours import NOTHING, Priced
from app.domain.rates import DatedRate
from app.domain.timesheets import EntryState
from app.domain.tracing import HeldLine
from app.timesheets.adjustments import Adjustment, party
from app.timesheets.tables import Approval, TimeEntry


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of one side. `rate_minor` an hour; `priced` is what it adds to earlier lines."""

    id: UUID
    approval_id: UUID
    engagement_id: UUID
    week_starts_at: datetime
    week_ends_at: datetime
    type: LineType
    rate_minor: int
    priced: Priced
    currency: str
    adjustment_id: UUID | None

    @property
    def held(self) -> HeldLine:
        return HeldLine(
            self.id, self.engagement_id, self.week_starts_at, self.rate_minor, self.priced
        )


@dataclass(frozen=True, slots=True)
class TracedApproval:
    """`by`: company, operations or clock."""

    id: UUID
    timesheet_id: UUID
    approved_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class TracedEntry:
    """A piece of time under a line. `seconds` are those at the line's rate: where the rate changes
    within a piece, the rest is under another line."""

    id: UUID
    root_id: UUID
    started_at: datetime
    ended_at: datetime
    seconds: int
    note: str | None
    task_reference: str | None


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A line with all that it comes from. `rate_from_at`: since when its rate was agreed; None for
    sums of money, which have no rate. `earlier`: held by lines of the same week and rate."""

    row: LineRow
    approval: TracedApproval
    earlier: Priced
    rate_from_at: datetime | None
    entries: tuple[TracedEntry, ...]
    reason_code: str | None
    reason: str | None


async def trace(
    session: AsyncSession,
    wanted: Sequence[LineRow],
    *,
    written: Sequence[HeldLine],
    rates: Mapping[UUID, Sequence[DatedRate]],
    platform_pays: bool,
) -> list[TracedLine]:
    """Each wanted line, in order. `written`: all time and corrections of the engagements on this
    side, in the order in which they were written; `rates` by engagement.

    `platform_pays`: time at the platform's cost is not on this side.
    """
    approvals = await _approvals(session, {line.approval_id for line in wanted})
    reasons = await _reasons(session, {line.adjustment_id for line in wanted} - {None})
    pieces = await _pieces(session, list(approvals), platform_pays=platform_pays)
    before = tracing.held_before(written)
    return [
        TracedLine(
            line,
            approvals[line.approval_id],
            before.get(line.id, NOTHING),
            _agreed_from(line, rates[line.engagement_id]),
            _shares(line, pieces, rates[line.engagement_id]),
            *reasons.get(line.adjustment_id, (None, None)),
        )
        for line in wanted
    ]


async def _approvals(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, TracedApproval]:
    rows = await session.execute(
        select(Approval.id, Approval.timesheet_id, Approval.approved_at, Approval.actor).where(
            Approval.id.in_(list(ids))
        )
    )
    return {
        id_: TracedApproval(id_, sheet_id, at, party(actor)) for id_, sheet_id, at, actor in rows
    }


async def _reasons(
    session: AsyncSession, ids: Collection[UUID | None]
) -> dict[UUID | None, tuple[str | None, str]]:
    rows = await session.execute(
        select(Adjustment.id, Adjustment.reason_code, Adjustment.reason).where(
            Adjustment.id.in_(list(ids))
        )
    )
    return {id_: (code, reason) for id_, code, reason in rows}


async def _pieces(
    session: AsyncSession, approval_ids: Sequence[UUID], *, platform_pays: bool
) -> dict[tuple[UUID, datetime], list[TimeEntry]]:
    statement = select(TimeEntry).where(
        TimeEntry.approval_id.in_(approval_ids), TimeEntry.state == EntryState.APPROVED.value
    )
    if platform_pays:
        statement = statement.where(~TimeEntry.at_platform_cost)
    rows = await session.scalars(statement.order_by(TimeEntry.started_at, TimeEntry.id))
    found: dict[tuple[UUID, datetime], list[TimeEntry]] = {}
    for row in rows:
        assert row.approval_id is not None
        found.setdefault((row.approval_id, row.week_starts_at), []).append(row)
    return found


def _agreed_from(line: LineRow, rates: Sequence[DatedRate]) -> datetime | None:
    if line.type in FLAT:
        return None
    agreed = [
        rate.effective_at
        for rate in rates
        if rate.minor == line.rate_minor and rate.effective_at < line.week_ends_at
    ]
    return max(agreed, default=None)


def _shares(
    line: LineRow,
    pieces: Mapping[tuple[UUID, datetime], Sequence[TimeEntry]],
    rates: Sequence[DatedRate],
) -> tuple[TracedEntry, ...]:
    if line.type is not LineType.TIME:
        return ()
    found = []
    for piece in pieces.get((line.approval_id, line.week_starts_at), ()):
        assert piece.ended_at is not None
        seconds = hours.seconds_by_rate([(piece.started_at, piece.ended_at)], rates)
        if here := seconds.get(line.rate_minor):
            found.append(
                TracedEntry(
                    piece.id,
                    piece.root_id,
                    piece.started_at,
                    piece.ended_at,
                    here,
                    piece.note,
                    piece.task_reference,
                )
            )
    return tuple(found)
