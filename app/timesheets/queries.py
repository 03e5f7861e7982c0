"""Reads of entries and timesheets, scoped by their owner. No money: see bill_lines, pay_lines."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.domain.caps import Scope
from app.domain.hours import seconds_between
from app.domain.refusals import NotFound
from app.domain.timesheets import EntryState, OverCapReason, SendBackReason, SheetState
from app.domain.weeks import Span
from app.engagements.tables import Engagement
from app.kit.paging import Cut, Page, cut, paged
from app.projects.tables import Position
from app.timesheets.tables import TimeEntry, Timesheet
from app.trainers.tables import Trainer


@dataclass(frozen=True, slots=True)
class PieceFacts:
    """A row of time: one pay week, one state. `ended_at` is None while it runs."""

    id: UUID
    root_id: UUID
    trainer_id: UUID
    engagement_id: UUID
    company_id: UUID
    timesheet_id: UUID | None
    week_starts_at: datetime
    source: str
    state: EntryState
    started_at: datetime
    ended_at: datetime | None
    stops_by_at: datetime | None
    phone_offset_seconds: int
    said_started_at: datetime
    said_ended_at: datetime | None
    note: str | None
    task_reference: str | None
    binding_cap: Scope | None
    decide_by_at: datetime | None
    decision_reason_code: OverCapReason | None
    decision_explanation: str | None
    company_agreed_at: datetime | None
    operations_agreed_at: datetime | None
    at_platform_cost: bool
    version: int
    created_at: datetime

    @property
    def worked_seconds(self) -> int:
        """Elapsed seconds; 0 while it runs."""
        return 0 if self.ended_at is None else seconds_between(self.started_at, self.ended_at)

    @property
    def decider(self) -> str | None:
        """`company` or `operations`: who may lift the cap that binds."""
        if self.state is not EntryState.OVER_CAP:
            return None
        return "operations" if self.binding_cap is Scope.TRAINER_WEEK else "company"


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the phone sent under one id, with the pieces that it was split into, in order."""

    pieces: tuple[PieceFacts, ...]

    @property
    def root(self) -> PieceFacts:
        return self.pieces[0]

    @property
    def version(self) -> int:
        return max(piece.version for piece in self.pieces)

    @property
    def state(self) -> EntryState:
        """Running while any of it runs, else the state of what was worked first."""
        return EntryState.RUNNING if self.running else self.root.state

    @property
    def ended_at(self) -> datetime | None:
        """None while it runs."""
        return None if self.running else self.pieces[-1].ended_at

    @property
    def worked_seconds(self) -> int:
        """Elapsed seconds of all pieces that do not run any more."""
        return sum(piece.worked_seconds for piece in self.pieces)

    @property
    def running(self) -> PieceFacts | None:
        return next((p for p in self.pieces if p.state is EntryState.RUNNING), None)


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """One engagement in one pay week."""

    id: UUID
    engagement_id: UUID
    company_id: UUID
    company_name: str
    position_title: str
    trainer_id: UUID
    trainer_name: str
    pay_week_timezone: str
    week_starts_at: datetime
    week_ends_at: datetime
    state: SheetState
    submitted_at: datetime | None
    review_by_at: datetime | None
    sent_back_count: int
    sent_back_at: datetime | None
    sent_back_reason_code: SendBackReason | None
    sent_back_explanation: str | None
    approved_at: datetime | None


PIECE_COLUMNS = tuple(getattr(TimeEntry, name) for name in PieceFacts.__slots__)
_SHEETS: Select[*tuple[Any, ...]] = (
    select(
        Timesheet.id,
        Timesheet.engagement_id,
        Timesheet.company_id,
        Company.legal_name.label("company_name"),
        Position.title.label("position_title"),
        Timesheet.trainer_id,
        Trainer.full_name.label("trainer_name"),
        Engagement.pay_week_timezone,
        Timesheet.week_starts_at,
        Timesheet.week_ends_at,
        Timesheet.state,
        Timesheet.submitted_at,
        Timesheet.review_by_at,
        Timesheet.sent_back_count,
        Timesheet.sent_back_at,
        Timesheet.sent_back_reason_code,
        Timesheet.sent_back_explanation,
        Timesheet.approved_at,
    )
    .join(Engagement, Engagement.id == Timesheet.engagement_id)
    .join(Company, Company.id == Timesheet.company_id)
    .join(Position, Position.id == Engagement.position_id)
    .join(Trainer, Trainer.id == Timesheet.trainer_id)
)


def read_piece(row: Row[Any]) -> PieceFacts:
    """A PieceFacts from a row of PIECE_COLUMNS."""
    values = dict(row._mapping)
    values["state"] = EntryState(values["state"])
    if values["binding_cap"] is not None:
        values["binding_cap"] = Scope(values["binding_cap"])
    if values["decision_reason_code"] is not None:
        values["decision_reason_code"] = OverCapReason(values["decision_reason_code"])
    return PieceFacts(**values)


def _read_sheet(row: Row[Any]) -> SheetFacts:
    values = dict(row._mapping)
    values["state"] = SheetState(values["state"])
    if values["sent_back_reason_code"] is not None:
        values["sent_back_reason_code"] = SendBackReason(values["sent_back_reason_code"])
    return SheetFacts(**values)


async def list_pieces_of_trainer(
    session: AsyncSession, trainer_id: UUID, page: Cut, *, engagement_id: UUID | None = None
) -> Page[PieceFacts]:
    """The trainer's time, newest first, without what she deleted."""
    statement = select(*PIECE_COLUMNS).where(
        TimeEntry.trainer_id == trainer_id, TimeEntry.state != EntryState.DELETED
    )
    if engagement_id is not None:
        statement = statement.where(TimeEntry.engagement_id == engagement_id)
    return await _pieces(session, statement, page)


async def list_over_cap_of_company(
    session: AsyncSession, company_id: UUID, page: Cut
) -> Page[PieceFacts]:
    """All of the company's time beyond a cap that waits for a decision, newest first."""
    statement = select(*PIECE_COLUMNS).where(
        TimeEntry.company_id == company_id, TimeEntry.state == EntryState.OVER_CAP
    )
    return await _pieces(session, statement, page)


async def list_over_cap_of_operations(
    session: AsyncSession, page: Cut, *, now: datetime
) -> Page[PieceFacts]:
    """Time that operations may decide: beyond trainers' weeks, or left undecided by a company."""
    statement = select(*PIECE_COLUMNS).where(
        TimeEntry.state == EntryState.OVER_CAP,
        (TimeEntry.binding_cap == Scope.TRAINER_WEEK) | (TimeEntry.decide_by_at <= now),
    )
    return await _pieces(session, statement, page)


async def list_sheets_of_trainer(
    session: AsyncSession, trainer_id: UUID, page: Cut
) -> Page[SheetFacts]:
    """The trainer's timesheets, newest week first."""
    return await _sheets(session, _SHEETS.where(Timesheet.trainer_id == trainer_id), page)


async def list_sheets_of_company(
    session: AsyncSession,
    company_id: UUID,
    page: Cut,
    *,
    state: SheetState | None = None,
    engagement_id: UUID | None = None,
) -> Page[SheetFacts]:
    """The company's timesheets, newest week first."""
    statement = _SHEETS.where(Timesheet.company_id == company_id)
    if state is not None:
        statement = statement.where(Timesheet.state == state)
    if engagement_id is not None:
        statement = statement.where(Timesheet.engagement_id == engagement_id)
    return await _sheets(session, statement, page)


async def sheet_of_trainer(session: AsyncSession, trainer_id: UUID, sheet_id: UUID) -> SheetFacts:
    """Raises NotFound."""
    return await _sheet(session, Timesheet.id == sheet_id, Timesheet.trainer_id == trainer_id)


async def sheet_of_company(session: AsyncSession, company_id: UUID, sheet_id: UUID) -> SheetFacts:
    """Raises NotFound."""
    return await _sheet(session, Timesheet.id == sheet_id, Timesheet.company_id == company_id)


async def sheet(session: AsyncSession, sheet_id: UUID) -> SheetFacts:
    """For the clock and for verbs that have checked whose it is. Raises NotFound."""
    return await _sheet(session, Timesheet.id == sheet_id)


async def pieces_on_sheet(session: AsyncSession, sheet_id: UUID) -> list[PieceFacts]:
    """What stands on a sheet, in the order in which it was worked."""
    return (await pieces_on_sheets(session, [sheet_id])).get(sheet_id, [])


async def pieces_on_sheets(
    session: AsyncSession, sheet_ids: Collection[UUID]
) -> dict[UUID, list[PieceFacts]]:
    """What stands on several sheets; a sheet without time has no entry."""
    found: dict[UUID, list[PieceFacts]] = {}
    if not sheet_ids:
        return found
    rows = await session.execute(
        select(*PIECE_COLUMNS)
        .where(TimeEntry.timesheet_id.in_(list(sheet_ids)), TimeEntry.state != EntryState.DELETED)
        .order_by(TimeEntry.started_at, TimeEntry.id)
    )
    for row in rows:
        piece = read_piece(row)
        assert piece.timesheet_id is not None
        found.setdefault(piece.timesheet_id, []).append(piece)
    return found


def span_of(piece: PieceFacts) -> Span:
    """A closed piece's time in its worked week."""
    assert piece.ended_at is not None
    return Span(piece.started_at, piece.ended_at, piece.week_starts_at)


async def _pieces(session: AsyncSession, statement: Select[Any], page: Cut) -> Page[PieceFacts]:
    rows = await session.execute(cut(statement, TimeEntry.started_at, TimeEntry.id, page))
    return paged([read_piece(row) for row in rows], page, lambda p: (p.started_at, p.id))


async def _sheets(
    session: AsyncSession, statement: Select[*tuple[Any, ...]], page: Cut
) -> Page[SheetFacts]:
    rows = await session.execute(cut(statement, Timesheet.week_starts_at, Timesheet.id, page))
    return paged([_read_sheet(row) for row in rows], page, lambda s: (s.week_starts_at, s.id))


async def _sheet(session: AsyncSession, *conditions: Any) -> SheetFacts:
    row = (await session.execute(_SHEETS.where(*conditions))).one_or_none()
    if row is None:
        raise NotFound
    return _read_sheet(row)
