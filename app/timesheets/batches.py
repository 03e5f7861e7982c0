"""Many entries of one trainer at once: what stands under their ids, and new ones written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.caps import Piece
from app.domain.timesheets import EntryState
from app.engagements.queries import EngagementFacts
from app.kit.ids import derived_id
from app.timesheets import entries
from app.timesheets.entries import Root
from app.timesheets.queries import PIECE_COLUMNS, EntryFacts, PieceFacts, read_piece
from app.timesheets.tables import TimeEntry


async def look_many(
    session: AsyncSession,
    entry_ids: Sequence[UUID],
    trainer_id: UUID,
    started_at: datetime,
    ended_at: datetime,
) -> tuple[dict[UUID, EntryFacts], list[PieceFacts]]:
    """What stands under each id, and all of the trainer's time between two instants, in order."""
    rows = await session.execute(
        _LOOK_MANY,
        {
            "entries": list(entry_ids),
            "trainer": trainer_id,
            "period": Range(started_at, ended_at, bounds="[)"),
        },
    )
    wanted, under = set(entry_ids), defaultdict[UUID, list[PieceFacts]](list)
    near: list[PieceFacts] = []
    for piece in map(read_piece, rows):
        for id_ in {piece.id, piece.root_id} & wanted:
            under[id_].append(piece)
        if piece.trainer_id == trainer_id and piece.state is not EntryState.DELETED:
            near.append(piece)
    return {id_: entry for id_, found in under.items() if (entry := entries.entry_of(found))}, near


@dataclass(frozen=True, slots=True)
class New:
    """An entry that is to be written, in the pieces that the caps left of it."""

    root: Root
    pieces: Sequence[Piece]


async def write_new(
    session: AsyncSession, engagement: EngagementFacts, new: Sequence[New], *, now: datetime
) -> None:
    """Write many entries of one engagement at once, none of which may be there yet.

    Raises IntegrityError when one is, or when two overlap.
    """
    taking: dict[datetime, UUID] = {}
    rows: list[dict[str, Any]] = []
    for each in new:
        rows += await entries.rows_of(
            session, engagement, each.root, each.pieces, ids=new_ids(each.root.id, each.pieces),
            version=1, taking=taking, now=now,
        )  # fmt: skip
    if rows:
        shared = {name: rows[0][name] for name in _SHARED}
        await session.execute(_MANY, shared | {n: [row[n] for row in rows] for n in _OWN})


def new_ids(root_id: UUID, pieces: Sequence[Piece]) -> list[UUID]:
    """The ids of an entry's pieces when it is written for the first time: the phone's own first."""
    return [root_id, *(derived_id(root_id, n) for n in range(1, len(pieces)))]


# The ids come out of a sub-select: seen as they are, the planner went through all of them for each
# partial index at every call, which took longer than everything that it planned.
_ASKED = func.array(
    select(func.unnest(bindparam("entries", type_=ARRAY(Uuid())))).scalar_subquery()
)
_LOOK_MANY = (
    select(*PIECE_COLUMNS)
    .where(
        or_(
            TimeEntry.id == func.any(_ASKED),
            entries.split_off(TimeEntry.root_id == func.any(_ASKED)),
            and_(
                entries.of_trainer(bindparam("trainer", type_=Uuid())),
                TimeEntry.state != EntryState.DELETED.value,
                TimeEntry.period.overlaps(bindparam("period", type_=TSTZRANGE)),
            ),
        )
    )
    .order_by(TimeEntry.started_at, TimeEntry.id)
)
# Column by column in one statement: row by row the server takes half as long again. What all of
# them share is sent once.
_SHARED = (
    "trainer_id", "engagement_id", "company_id", "source", "stops_by_at", "phone_offset_seconds",
    "company_agreed_at", "operations_agreed_at", "at_platform_cost", "version", "created_at",
    "changed_at",
)  # fmt: skip
_OWN = (
    "id", "root_id", "timesheet_id", "week_starts_at", "state", "started_at", "ended_at",
    "said_started_at", "said_ended_at", "note", "task_reference", "binding_cap", "decide_by_at",
)  # fmt: skip
_TYPES = {name: TimeEntry.__table__.c[name].type for name in (*_SHARED, *_OWN)}
_MANY = text(
    f"""
INSERT INTO time_entries ({", ".join((*_SHARED, *_OWN))})
SELECT {", ".join(f":{name}" for name in _SHARED)}, made.*
FROM unnest({", ".join(f":{name}" for name in _OWN)}) AS made
"""  # noqa: S608 – our own names
).bindparams(
    *(bindparam(name, type_=_TYPES[name]) for name in _SHARED),
    *(bindparam(name, type_=ARRAY(_TYPES[name])) for name in _OWN),
)
