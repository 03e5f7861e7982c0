"""Entries as rows: read under one id, written in pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range, insert
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


async def load(session: AsyncSession, entry_id: UUID) -> EntryFacts | None:
    """What stands under an id that a phone minted, in the order in which it was worked.

    None when nothing was ever there; deleted pieces only when all are. The caller compares owners,
    and holds the engagement's counters before it writes on what it read.
    """
    rows = await session.execute(_UNDER_ID, {"entry": entry_id})
    return entry_of([read_piece(row) for row in rows])


async def look(
    session: AsyncSession,
    entry_id: UUID,
    trainer_id: UUID,
    started_at: datetime,
    ended_at: datetime | None,
) -> tuple[EntryFacts | None, PieceFacts | None]:
    """What stands under the id, and the trainer's first other piece that shares this time.

    The latter is exact while her weeks' counters are locked, as every writer of her time holds
    them; the exclusion constraint stands behind.
    """
    rows = await session.execute(
        _LOOK,
        {
            "entry": entry_id,
            "trainer": trainer_id,
            "period": Range(started_at, ended_at, bounds="[)"),
        },
    )
    pieces = [read_piece(row) for row in rows]
    own = [p for p in pieces if entry_id in (p.id, p.root_id)]
    others = [p for p in pieces if entry_id not in (p.id, p.root_id)]
    return entry_of(own), others[0] if others else None


def overlaps(entry_id: UUID, started_at: datetime, ended_at: datetime | None) -> TimeOverlaps:
    """The refusal that names the trainer's other entry, and what of it is in the way."""
    return TimeOverlaps(
        entry_id=str(entry_id),
        started_at=started_at.isoformat(),
        ended_at=ended_at.isoformat() if ended_at else None,
    )


def entry_of(pieces: Sequence[PieceFacts]) -> EntryFacts | None:
    """An entry of its pieces: the live ones, or all when none is."""
    live = [p for p in pieces if p.state is not EntryState.DELETED]
    return EntryFacts(tuple(live or pieces)) if pieces else None


async def write(
    session: AsyncSession,
    engagement: EngagementFacts,
    root: Root,
    pieces: Sequence[Piece],
    *,
    ids: Sequence[UUID],
    version: int,
    now: datetime,
) -> list[PieceFacts]:
    """Write closed pieces under these ids, replacing what stands there. Recorded ones find a sheet.

    Raises AlreadyUsed when an id belongs to another entry.
    """
    rows = await rows_of(
        session, engagement, root, pieces, ids=ids, version=version, taking={}, now=now
    )
    return [await _upsert(session, row) for row in rows]


async def rows_of(
    session: AsyncSession,
    engagement: EngagementFacts,
    root: Root,
    pieces: Sequence[Piece],
    *,
    ids: Sequence[UUID],
    version: int,
    taking: dict[datetime, UUID],
    now: datetime,
) -> list[dict[str, Any]]:
    """Rows of closed pieces. `taking` remembers the sheet that takes each week."""
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
    return rows


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
) -> PieceFacts:
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
    return await _upsert(session, row)


async def extend(
    session: AsyncSession, running: PieceFacts, stops_by_at: datetime, *, now: datetime
) -> None:
    """Write down until when a running timer is guaranteed."""
    await session.execute(
        update(TimeEntry)
        .where(TimeEntry.id == running.id, TimeEntry.state == EntryState.RUNNING.value)
        .values(stops_by_at=stops_by_at, changed_at=now)
        .execution_options(synchronize_session=False)
    )


async def shorten(
    session: AsyncSession, piece: PieceFacts, ended_at: datetime, *, now: datetime
) -> None:
    """Write down that a closed piece ended earlier."""
    await session.execute(
        update(TimeEntry)
        .where(TimeEntry.id == piece.id)
        .values(ended_at=ended_at, changed_at=now)
        .execution_options(synchronize_session=False)
    )


async def mark_stopped(
    session: AsyncSession, root_id: UUID, stopped_at: datetime, *, now: datetime
) -> None:
    """Write down the trainer's own stop, which wins over later ones."""
    await session.execute(
        update(TimeEntry)
        .where(_of_root(root_id), TimeEntry.state != EntryState.DELETED.value)
        .values(said_ended_at=stopped_at, version=TimeEntry.version + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )


async def delete_pieces(
    session: AsyncSession, pieces: Sequence[PieceFacts], *, now: datetime
) -> None:
    """Mark as deleted. Raises IllegalMove if one of them does not allow it; then none is marked."""
    if not pieces:
        return
    for piece in pieces:
        step("time entry", ENTRY_MOVES, piece.state, EntryEvent.DELETE)
    await session.execute(
        update(TimeEntry)
        .where(TimeEntry.id.in_([piece.id for piece in pieces]))
        .values(
            state=EntryState.DELETED.value,
            ended_at=func.coalesce(TimeEntry.ended_at, TimeEntry.started_at + timedelta(seconds=1)),
            timesheet_id=None,
            version=TimeEntry.version + 1,
            changed_at=now,
        )
        .execution_options(synchronize_session=False)
    )


async def fresh_ids(session: AsyncSession, root_id: UUID, count: int) -> list[UUID]:
    """Derived ids that no piece of the entry has had yet; the same ones on every retry."""
    taken = await session.scalar(
        select(func.count()).select_from(TimeEntry).where(_of_root(root_id))
    )
    # The first piece has the phone's own id, written or about to be.
    first = max(1, taken or 0)
    return [derived_id(root_id, first + n) for n in range(count)]


def counted_time(piece: PieceFacts) -> tuple[datetime, datetime]:
    """The time that stands in the counters: of a running timer, its reserve."""
    end = piece.ended_at or piece.stops_by_at
    assert end is not None
    return piece.started_at, end


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


def of_trainer(trainer_id: BindParameter[UUID]) -> ColumnElement[bool]:
    """Time of one trainer, said as the overlap index knows it: by the plain column the index would
    be asked for the period alone, and give everybody's."""
    all_of = literal_column("'[]'", Text())
    return func.uuidrange(TimeEntry.trainer_id, TimeEntry.trainer_id, all_of) == func.uuidrange(
        trainer_id, trainer_id, all_of
    )


def split_off(root: ColumnElement[bool]) -> ColumnElement[bool]:
    """Pieces after the first, by a condition on their root: as the index knows them."""
    return and_(root, TimeEntry.root_id != TimeEntry.id)


def _of_root(root_id: UUID) -> ColumnElement[bool]:
    """All pieces of the entry with this id."""
    return or_(
        and_(TimeEntry.id == root_id, TimeEntry.root_id == root_id),
        split_off(TimeEntry.root_id == root_id),
    )


async def _upsert(session: AsyncSession, row: dict[str, Any]) -> PieceFacts:
    """Insert a piece or replace one of the same entry. Raises AlreadyUsed for another's id."""
    written = (await session.execute(_UPSERT, row)).one_or_none()
    if written is None:
        raise AlreadyUsed
    return read_piece(written)


# Built once: composing a statement of this many columns costs more than running it.
_UNDER_ID = (
    select(*PIECE_COLUMNS)
    .where(
        or_(
            TimeEntry.id == bindparam("entry"),
            split_off(TimeEntry.root_id == bindparam("entry")),
        )
    )
    .order_by(TimeEntry.started_at, TimeEntry.id)
)
_LOOK = (
    select(*PIECE_COLUMNS)
    .where(
        or_(
            TimeEntry.id == bindparam("entry"),
            split_off(TimeEntry.root_id == bindparam("entry")),
            and_(
                of_trainer(bindparam("trainer", type_=Uuid())),
                TimeEntry.state != EntryState.DELETED.value,
                TimeEntry.period.overlaps(bindparam("period", type_=TSTZRANGE)),
            ),
        )
    )
    .order_by(TimeEntry.started_at, TimeEntry.id)
)
_NEW = insert(TimeEntry)
_UPSERT = _NEW.on_conflict_do_update(
    index_elements=[TimeEntry.id],
    set_={name: _NEW.excluded[name] for name in _REPLACED},
    where=(TimeEntry.trainer_id == _NEW.excluded.trainer_id)
    & (TimeEntry.root_id == _NEW.excluded.root_id),
).returning(*PIECE_COLUMNS)
