"""Entries as rows: read under one id, written in pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import caps
from app.domain.caps import Piece, Scope
from app.domain.lifecycles import step
from app.domain.refusals import AlreadyUsed
from app.domain.timesheets import (
    COUNTED,
    DECIDE_WITHIN,
    ENTRY_MOVES,
    EntryEvent,
    EntryState,
)
from app.engagements.queries import EngagementFacts
from app.kit.ids import derived_id
from app.timesheets import sheets
from app.timesheets.queries import PIECE_COLUMNS, EntryFacts, PieceFacts, read_piece
from app.timesheets.refusals import TimeOverlaps
from app.timesheets.tables import TimeEntry

_REPLACED = (
    "timesheet_id", "week_starts_at", "state", "started_at", "ended_at", "stops_by_at",
    "said_started_at", "said_ended_at", "note", "task_reference", "binding_cap", "decide_by_at",
    "company_agreed_at", "operations_agreed_at", "version", "changed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Root:
    """What all pieces of one entry share."""

    id: UUID
    source: str
    said_started_at: datetime
    said_ended_at: datetime | None
    note: str | None
    task_reference: str | None
    phone_offset_seconds: int = 0


async def load(session: AsyncSession, entry_id: UUID, *, lock: bool = False) -> EntryFacts | None:
    """Everything under an id that a phone minted, pieces in order of time; deleted ones last.

    None when nothing is there. The caller compares `trainer_id`.
    """
    statement = (
        select(*PIECE_COLUMNS)
        .where(or_(TimeEntry.root_id == entry_id, TimeEntry.id == entry_id))
        .order_by(TimeEntry.state == EntryState.DELETED, TimeEntry.started_at, TimeEntry.id)
    )
    if lock:
        statement = statement.with_for_update()
    pieces = [read_piece(row) for row in await session.execute(statement)]
    return EntryFacts(tuple(pieces)) if pieces else None


async def refuse_overlap(
    session: AsyncSession,
    trainer_id: UUID,
    started_at: datetime,
    ended_at: datetime | None,
    *,
    but: UUID,
) -> None:
    """Raise TimeOverlaps if another entry of the trainer shares time with this one.

    Exact while her week's counter is locked, as every writer of her time holds it; the exclusion
    constraint stands behind.
    """
    row = (
        await session.execute(
            select(TimeEntry.root_id, TimeEntry.started_at, TimeEntry.ended_at)
            .where(
                TimeEntry.trainer_id == trainer_id,
                TimeEntry.root_id != but,
                TimeEntry.state != EntryState.DELETED,
                TimeEntry.period.overlaps(Range(started_at, ended_at, bounds="[)")),
            )
            .order_by(TimeEntry.started_at)
            .limit(1)
        )
    ).one_or_none()
    if row is not None:
        raise TimeOverlaps(
            entry_id=str(row.root_id),
            started_at=row.started_at.isoformat(),
            ended_at=row.ended_at.isoformat() if row.ended_at else None,
        )


async def write(
    session: AsyncSession,
    engagement: EngagementFacts,
    root: Root,
    pieces: Sequence[Piece],
    *,
    ids: Sequence[UUID],
    version: int,
    now: datetime,
) -> None:
    """Write closed pieces under these ids, replacing what stands there. Recorded ones find a sheet."""
    taking: dict[datetime, UUID] = {}
    rows: list[dict[str, Any]] = []
    for id_, piece in zip(ids, pieces, strict=True):
        within = piece.binding is None
        if within and piece.week_starts_at not in taking:
            taking[piece.week_starts_at] = await sheets.taking(
                session, engagement, piece.started_at, now=now
            )
        rows.append(
            {
                **_shared(engagement, root, now),
                "id": id_,
                "timesheet_id": taking[piece.week_starts_at] if within else None,
                "week_starts_at": piece.week_starts_at,
                "state": (EntryState.RECORDED if within else EntryState.OVER_CAP).value,
                "started_at": piece.started_at,
                "ended_at": piece.ended_at,
                "stops_by_at": None,
                "binding_cap": piece.binding.value if piece.binding else None,
                "decide_by_at": None if within else now + DECIDE_WITHIN,
                "version": version,
            }
        )
    await _upsert(session, rows)


async def write_running(
    session: AsyncSession,
    engagement: EngagementFacts,
    root: Root,
    *,
    id_: UUID,
    started_at: datetime,
    stops_by_at: datetime,
    week_starts_at: datetime,
    binding_cap: Scope | None,
    version: int,
    now: datetime,
) -> None:
    """Write a running timer, or the tail on which one runs past its cap."""
    row = {
        **_shared(engagement, root, now),
        "id": id_,
        "timesheet_id": None,
        "week_starts_at": week_starts_at,
        "state": EntryState.RUNNING.value,
        "started_at": started_at,
        "ended_at": None,
        "stops_by_at": stops_by_at,
        "binding_cap": binding_cap.value if binding_cap else None,
        "decide_by_at": None,
        "version": version,
    }
    await _upsert(session, [row])


async def delete_pieces(
    session: AsyncSession, pieces: Sequence[PieceFacts], *, now: datetime
) -> None:
    """Mark as deleted. Raises IllegalMove if one of them does not allow it; then none is marked."""
    for piece in pieces:
        step("time entry", ENTRY_MOVES, piece.state, EntryEvent.DELETE)
    await session.execute(
        update(TimeEntry)
        .where(TimeEntry.id.in_([piece.id for piece in pieces]))
        .values(
            state=EntryState.DELETED.value,
            timesheet_id=None,
            version=TimeEntry.version + 1,
            changed_at=now,
        )
        .execution_options(synchronize_session=False)
    )


async def ids_for(
    session: AsyncSession, root_id: UUID, count: int, *, first: UUID | None = None
) -> list[UUID]:
    """Ids for `count` pieces: `first` if given, then derived ones that no piece has had yet."""
    taken = await session.scalar(
        select(func.count()).select_from(TimeEntry).where(TimeEntry.root_id == root_id)
    )
    ids = [first] if first else []
    ids += [derived_id(root_id, (taken or 0) + n) for n in range(count - len(ids))]
    return ids


def counted_scopes(piece: PieceFacts) -> frozenset[Scope]:
    """Which counters hold the piece's seconds."""
    if piece.state not in COUNTED:
        return frozenset()
    return caps.PLATFORM_COST_SCOPES if piece.at_platform_cost else caps.ALL_SCOPES


def _shared(engagement: EngagementFacts, root: Root, now: datetime) -> dict[str, Any]:
    return {
        "root_id": root.id,
        "trainer_id": engagement.trainer_id,
        "engagement_id": engagement.id,
        "company_id": engagement.company_id,
        "source": root.source,
        "phone_offset_seconds": root.phone_offset_seconds,
        "said_started_at": root.said_started_at,
        "said_ended_at": root.said_ended_at,
        "note": root.note,
        "task_reference": root.task_reference,
        "company_agreed_at": None,
        "operations_agreed_at": None,
        "at_platform_cost": False,
        "created_at": now,
        "changed_at": now,
    }


async def _upsert(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert in order, replacing pieces of the same entry. Raises AlreadyUsed for another's id."""
    statement = insert(TimeEntry).values(list(rows))
    written = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[TimeEntry.id],
            set_={name: statement.excluded[name] for name in _REPLACED},
            where=(TimeEntry.trainer_id == statement.excluded.trainer_id)
            & (TimeEntry.root_id == statement.excluded.root_id),
        ).returning(TimeEntry.id)
    )
    if len(written.all()) != len(rows):
        raise AlreadyUsed
