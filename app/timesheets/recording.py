"""Logging time by hand: record, edit, delete. What does not fit under a cap is kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.refusals import AlreadyUsed, FieldProblem, InvalidValues, NotFound
from app.domain.timesheets import (
    EntryState,
)
from app.engagements import queries as engagements
from app.timesheets import admitting, budgets, conflicts, entries
from app.timesheets.allowances import Allowance
from app.timesheets.budgets import Interval
from app.timesheets.entries import Root
from app.timesheets.queries import EntryFacts
from app.timesheets.refusals import (
    TimeAgreedTo,
    TimeDeleted,
    VersionDiffers,
)


@dataclass(frozen=True, slots=True)
class TimeSaid:
    """What the phone says. Instants are UTC and whole seconds."""

    engagement_id: UUID
    started_at: datetime
    ended_at: datetime
    note: str | None = None
    task_reference: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The entry as it stands, and what is left in the week in which it ends."""

    entry: EntryFacts
    allowance: Allowance
    created: bool
    unchanged: bool = False


async def record_time(
    session: AsyncSession,
    actor: TrainerActor,
    entry_id: UUID,
    said: TimeSaid,
    *,
    if_version: int | None = None,
    now: datetime,
) -> Recorded:
    """Log time under an id of the phone's, or edit it when `if_version` is the current one.

    The same content again answers what stands. Time beyond a cap is kept in pieces of state
    over_cap. Raises NotFound, AlreadyUsed, VersionDiffers, TimeDeleted, TimeAgreedTo, TimeOverlaps,
    IllegalMove once it is on a submitted sheet, and the refusals of `admitting`.
    """
    engagement = await engagements.of_trainer(session, actor.trainer_id, said.engagement_id)
    admitting.check_shape(engagement, said.started_at, said.ended_at)
    before = None if if_version is None else await entries.load(session, entry_id)
    held = await budgets.hold(
        session, engagement, [(said.started_at, said.ended_at), *_intervals(before)], now=now
    )
    entry, other = await entries.look(
        session, entry_id, actor.trainer_id, said.started_at, said.ended_at
    )
    last_second = said.ended_at - timedelta(seconds=1)
    if stands(entry, actor, entry_id, said, if_version):
        assert entry is not None
        return Recorded(entry, held.allowance(last_second), created=False, unchanged=True)
    admitting.check_end(engagement, said.ended_at, now=now)
    admitting.check_pauses(engagement, said.started_at, said.ended_at)
    await admitting.check_standing(session, engagement, said.ended_at)
    if other is not None:
        raise entries.overlaps(other.root_id, other.started_at, other.ended_at)
    if entry is not None:
        await _clear(session, held, entry, before, said=said, now=now)
    pieces = held.split(said.started_at, said.ended_at)
    written = await entries.write(
        session,
        engagement,
        _root(entry_id, said, entry),
        pieces,
        ids=await _ids(session, entry_id, entry, len(pieces)),
        version=entry.version + 1 if entry else 1,
        now=now,
    )
    await budgets.settle(session, held)
    return Recorded(EntryFacts(tuple(written)), held.allowance(last_second), created=entry is None)


async def delete_time(
    session: AsyncSession, actor: TrainerActor, entry_id: UUID, *, now: datetime
) -> None:
    """Take an entry back before it is submitted; again changes nothing.

    Raises NotFound, and IllegalMove when a part of it is running, submitted or decided on.
    """
    before = await entries.load(session, entry_id)
    if before is None or not _own(before, actor, entry_id):
        raise NotFound
    if _deleted(before):
        return
    engagement = await engagements.get_engagement(session, before.root.engagement_id)
    held = await budgets.hold(session, engagement, _intervals(before), now=now)
    entry = await entries.load(session, entry_id)
    assert entry is not None
    await _clear(session, held, entry, before, now=now)
    await budgets.settle(session, held)


def _own(entry: EntryFacts, actor: TrainerActor, entry_id: UUID) -> bool:
    return all(
        piece.trainer_id == actor.trainer_id and piece.root_id == entry_id for piece in entry.pieces
    )


def stands(
    entry: EntryFacts | None,
    actor: TrainerActor,
    entry_id: UUID,
    said: TimeSaid,
    if_version: int | None,
) -> bool:
    """Whether what is said stands already; False when it may be written, new or as an edit.

    Raises VersionDiffers, AlreadyUsed, TimeDeleted, TimeAgreedTo, InvalidValues.
    """
    if entry is None:
        if if_version is not None:
            raise VersionDiffers(version=0, **conflicts.with_standing(None, said))
        return False
    if not _own(entry, actor, entry_id):
        raise AlreadyUsed
    root = entry.root
    if _deleted(entry):
        raise TimeDeleted
    if said == TimeSaid(
        root.engagement_id,
        root.said_started_at,
        root.said_ended_at or root.said_started_at,
        root.note,
        root.task_reference,
    ):
        return True
    if if_version is None:
        raise AlreadyUsed(**conflicts.with_standing(entry, said))
    if if_version != entry.version:
        raise VersionDiffers(version=entry.version, **conflicts.with_standing(entry, said))
    if said.engagement_id != root.engagement_id:
        raise InvalidValues(
            errors=[
                FieldProblem(
                    "/engagement_id",
                    "cannot_move",
                    "Time cannot move to another engagement. Delete it and log it there.",
                    "Zeit lässt sich nicht verschieben. Löschen und dort eintragen.",
                )
            ]
        )
    if any(p.company_agreed_at or p.operations_agreed_at for p in entry.pieces):
        raise TimeAgreedTo
    return False


async def _clear(
    session: AsyncSession,
    held: budgets.Held,
    entry: EntryFacts,
    before: EntryFacts | None,
    *,
    said: TimeSaid | None = None,
    now: datetime,
) -> None:
    """Take away what stands, if it is still what was read before the counters were locked."""
    if _marks(entry) != _marks(before):
        if said is None:
            raise VersionDiffers(version=entry.version)
        raise VersionDiffers(version=entry.version, **conflicts.with_standing(entry, said))
    await entries.delete_pieces(session, entry.pieces, now=now)
    for piece in entry.pieces:
        held.release(*entries.counted_time(piece), scopes=entries.counted_scopes(piece))


async def _ids(
    session: AsyncSession, entry_id: UUID, entry: EntryFacts | None, count: int
) -> list[UUID]:
    """The phone's own id first; then ids that the entry's pieces had; then fresh derived ones."""
    known = sorted((p.id for p in entry.pieces), key=lambda id_: id_ != entry_id) if entry else []
    known = known or [entry_id]
    if count <= len(known):
        return known[:count]
    return known + await entries.fresh_ids(session, entry_id, count - len(known))


def _root(entry_id: UUID, said: TimeSaid, entry: EntryFacts | None) -> Root:
    source = entry.root.source if entry else "manual"
    return Root(entry_id, source, said.started_at, said.ended_at, said.note, said.task_reference)


def _deleted(entry: EntryFacts) -> bool:
    return entry.root.state is EntryState.DELETED


def _marks(entry: EntryFacts | None) -> Sequence[tuple[UUID, int, str]]:
    return [(p.id, p.version, p.state.value) for p in entry.pieces] if entry else []


def _intervals(entry: EntryFacts | None) -> list[Interval]:
    return [entries.counted_time(piece) for piece in entry.pieces] if entry else []
