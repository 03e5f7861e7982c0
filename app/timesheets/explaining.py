"""From what was logged to the minutes of one timesheet. The caller brings one side's rates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import hours, minutes
from app.domain.minutes import COUNTING, Begin, Group, PostedLine, Standing
from app.domain.rates import DatedRate
from app.domain.timesheets import EntryState, SheetState
from app.domain.weeks import PayWeek, week_of
from app.engagements import queries as engagements
from app.timesheets import contests
from app.timesheets.contests import ContestFacts
from app.timesheets.queries import PIECE_COLUMNS, PieceFacts, SheetFacts, read_piece, span_of
from app.timesheets.tables import TimeEntry


@dataclass(frozen=True, slots=True)
class Part:
    """A piece with the reasons for its bounds and its standing. `seconds_by_rate`: minor units."""

    piece: PieceFacts
    begin: Begin
    standing: Standing
    contest: ContestFacts | None
    seconds_by_rate: dict[int, int]


@dataclass(frozen=True, slots=True)
class Story:
    """All that a timesheet's minutes come from. `week_ends_at` by the start of each worked week."""

    sheet: SheetFacts
    currency: str
    entries: list[list[Part]]
    groups: list[Group]
    week_ends_at: dict[datetime, datetime]

    @property
    def minutes(self) -> int:
        return sum(group.here.minutes for group in self.groups)

    @property
    def minor(self) -> int:
        return sum(group.here.minor for group in self.groups)


async def tell(
    session: AsyncSession,
    sheet: SheetFacts,
    rates: Sequence[DatedRate],
    lines: Sequence[PostedLine],
    *,
    platform_pays: bool,
) -> Story:
    """The story of a sheet that the caller may read.

    `lines`: all of the engagement on the reader's side, in the order in which they were written.
    `platform_pays`: time at the platform's cost does not count for the reader.
    """
    entries = await _entries(session, sheet)
    contested = await contests.of_entries(session, [p.id for pieces in entries for p in pieces])
    told = [
        list(_parts(sheet, pieces, contested, rates, platform_pays=platform_pays))
        for pieces in entries
    ]
    counted = [part.piece for parts in told for part in parts if part.standing in COUNTING]
    # Corrections are lines of the sheet before it is approved.
    groups = minutes.groups_posted(lines)
    if sheet.state is not SheetState.APPROVED:
        groups += minutes.groups_to_come(map(span_of, counted), rates, lines)
    engagement = await engagements.get_engagement(session, sheet.engagement_id)
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    weeks = {group.week_starts_at for group in groups}
    return Story(
        sheet,
        rates[0].currency,
        told,
        groups,
        {start: week_of(start, pay_week).ends_at for start in sorted(weeks)},
    )


async def _entries(session: AsyncSession, sheet: SheetFacts) -> list[list[PieceFacts]]:
    """All live pieces of the entries that have a part on the sheet, or time in its week that is on
    none; by entry, in the order of the work."""
    told = select(TimeEntry.root_id).where(
        TimeEntry.engagement_id == sheet.engagement_id,
        TimeEntry.state != EntryState.DELETED.value,
        or_(
            TimeEntry.timesheet_id == sheet.id,
            TimeEntry.timesheet_id.is_(None) & (TimeEntry.week_starts_at == sheet.week_starts_at),
        ),
    )
    rows = await session.execute(
        select(*PIECE_COLUMNS)
        .where(
            TimeEntry.engagement_id == sheet.engagement_id,
            TimeEntry.root_id.in_(told),
            TimeEntry.state != EntryState.DELETED.value,
        )
        .order_by(TimeEntry.started_at, TimeEntry.id)
    )
    found: dict[UUID, list[PieceFacts]] = {}
    for row in rows:
        piece = read_piece(row)
        found.setdefault(piece.root_id, []).append(piece)
    return list(found.values())


def _parts(
    sheet: SheetFacts,
    pieces: Iterable[PieceFacts],
    contested: dict[UUID, ContestFacts],
    rates: Sequence[DatedRate],
    *,
    platform_pays: bool,
) -> Iterable[Part]:
    week_before: datetime | None = None
    for piece in pieces:
        standing = minutes.standing_of(
            piece.state,
            here=piece.timesheet_id == sheet.id,
            beyond_cap=piece.binding_cap is not None,
            at_platform_cost=platform_pays and piece.at_platform_cost,
        )
        yield Part(
            piece,
            minutes.begin_of(week_before, piece.week_starts_at),
            standing,
            contested.get(piece.id),
            hours.seconds_by_rate([(piece.started_at, piece.ended_at)], rates)
            if piece.ended_at
            else {},
        )
        week_before = piece.week_starts_at
