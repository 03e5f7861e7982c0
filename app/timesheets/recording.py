"""Logging time by hand: record, edit, delete. What does not fit under a cap is kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.engagements import EngagementState
from app.domain.refusals import AlreadyUsed, Fact, FieldProblem, InvalidValues, NotFound
from app.domain.timesheets import (
    LATE_WITHIN,
    LATEST_AHEAD,
    LONGEST_ENTRY,
    EntryState,
)
from app.domain.weeks import start_of_day
from app.engagements import queries as engagements
from app.engagements.queries import EngagementFacts
from app.timesheets import budgets, entries
from app.timesheets.budgets import Allowance, Interval
from app.timesheets.entries import Root
from app.timesheets.queries import EntryFacts, PieceFacts
from app.timesheets.refusals import (
    AfterLastDay,
    BeforeFirstDay,
    EndsInTheFuture,
    EngagementNotActive,
    EntryTooLong,
    LoggedTooLate,
    NotForward,
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
    IllegalMove once it is on a submitted sheet, and the refusals of `check_new_time`.
    """
    before = await entries.load(session, entry_id)
    engagement = await engagements.of_trainer(session, actor.trainer_id, said.engagement_id)
    if _stands(before, actor, entry_id, said, if_version):
        assert before is not None
        return await _current(session, before, engagement, said, now)
    await check_new_time(session, engagement, said.started_at, said.ended_at, now=now)
    held = await budgets.hold(
        session, engagement, [(said.started_at, said.ended_at), *_intervals(before)], now=now
    )
    entry = await entries.load(session, entry_id, lock=True)
    if _stands(entry, actor, entry_id, said, if_version):
        assert entry is not None
        return await _current(session, entry, engagement, said, now)
    if _marks(entry) != _marks(before):
        raise VersionDiffers(version=entry.version if entry else 0)
    await entries.refuse_overlap(
        session, actor.trainer_id, said.started_at, said.ended_at, but=entry_id
    )
    old = _live(entry)
    await entries.delete_pieces(session, old, now=now)
    for piece in old:
        _release(held, piece)
    pieces = held.split(said.started_at, said.ended_at)
    known = [piece.id for piece in entry.pieces] if entry else [entry_id]
    known.sort(key=lambda id_: id_ != entry_id)
    fresh = max(0, len(pieces) - len(known))
    ids = known[: len(pieces)] + await entries.ids_for(session, entry_id, fresh)
    source = entry.root.source if entry else "manual"
    await entries.write(
        session,
        engagement,
        Root(entry_id, source, said.started_at, said.ended_at, said.note, said.task_reference),
        pieces,
        ids=ids,
        version=entry.version + 1 if entry else 1,
        now=now,
    )
    await budgets.settle(session, held)
    written = await entries.load(session, entry_id)
    assert written is not None
    return Recorded(written, held.allowance(_last_second(said)), created=entry is None)


async def delete_time(
    session: AsyncSession, actor: TrainerActor, entry_id: UUID, *, now: datetime
) -> None:
    """Take an entry back before it is submitted; again changes nothing.

    Raises NotFound, and IllegalMove when a part of it is running, submitted or decided on.
    """
    before = await entries.load(session, entry_id)
    if before is None or not _own(before, actor, entry_id):
        raise NotFound
    if not _live(before):
        return
    engagement = await engagements.get_engagement(session, before.root.engagement_id)
    held = await budgets.hold(session, engagement, _intervals(before), now=now)
    entry = await entries.load(session, entry_id, lock=True)
    if entry is None or _marks(entry) != _marks(before):
        raise VersionDiffers(version=entry.version if entry else 0)
    old = _live(entry)
    await entries.delete_pieces(session, old, now=now)
    for piece in old:
        _release(held, piece)
    await budgets.settle(session, held)


async def check_new_time(
    session: AsyncSession,
    engagement: EngagementFacts,
    started_at: datetime,
    ended_at: datetime,
    *,
    now: datetime,
) -> None:
    """Raise the first of what forbids new time: NotForward, EntryTooLong, EndsInTheFuture,
    BeforeFirstDay, AfterLastDay, LoggedTooLate, EngagementNotActive."""
    if ended_at <= started_at:
        raise NotForward(errors=_at("ended_at", NotForward))
    if ended_at - started_at > LONGEST_ENTRY:
        raise EntryTooLong(errors=_at("ended_at", EntryTooLong))
    if ended_at > now + LATEST_AHEAD:
        raise EndsInTheFuture(errors=_at("ended_at", EndsInTheFuture))
    first = start_of_day(engagement.starts_on, engagement.pay_week_timezone)
    if started_at < first:
        raise BeforeFirstDay(from_at=first.isoformat())
    if engagement.ends_on is not None:
        last = start_of_day(engagement.ends_on + timedelta(days=1), engagement.pay_week_timezone)
        if ended_at > last:
            raise AfterLastDay(until_at=last.isoformat())
    if ended_at < now - LATE_WITHIN:
        raise LoggedTooLate(errors=_at("ended_at", LoggedTooLate))
    if engagement.state is not EngagementState.ACTIVE:
        raise EngagementNotActive(state=engagement.state.value)


def _at(
    field: str, refusal: type[NotForward | EntryTooLong | EndsInTheFuture | LoggedTooLate]
) -> list[FieldProblem]:
    code = refusal().code
    return [FieldProblem(f"/{field}", code, refusal.en, refusal.de)]


def _own(entry: EntryFacts, actor: TrainerActor, entry_id: UUID) -> bool:
    return all(
        piece.trainer_id == actor.trainer_id and piece.root_id == entry_id for piece in entry.pieces
    )


def _stands(
    entry: EntryFacts | None,
    actor: TrainerActor,
    entry_id: UUID,
    said: TimeSaid,
    if_version: int | None,
) -> bool:
    """Whether what is said stands already; False when it may be written, new or as an edit."""
    if entry is None:
        if if_version is not None:
            raise VersionDiffers(version=0)
        return False
    if not _own(entry, actor, entry_id):
        raise AlreadyUsed
    root = entry.root
    if not _live(entry):
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
        raise AlreadyUsed(current=_described(entry))
    if if_version != entry.version:
        raise VersionDiffers(version=entry.version, current=_described(entry))
    if said.engagement_id != root.engagement_id:
        raise InvalidValues(
            errors=[
                FieldProblem(
                    "/engagement_id",
                    "cannot_move",
                    "Time cannot move to another engagement. Delete it and log it there.",
                    "Zeit lässt sich nicht verschieben. Löschen Sie sie und tragen Sie sie neu ein.",
                )
            ]
        )
    if any(p.company_agreed_at or p.operations_agreed_at for p in entry.pieces):
        raise TimeAgreedTo
    return False


async def _current(
    session: AsyncSession,
    entry: EntryFacts,
    engagement: EngagementFacts,
    said: TimeSaid,
    now: datetime,
) -> Recorded:
    allowance = await budgets.allowance(session, engagement, _last_second(said), now=now)
    return Recorded(entry, allowance, created=False)


def _last_second(said: TimeSaid) -> datetime:
    return said.ended_at - timedelta(seconds=1)


def _live(entry: EntryFacts | None) -> list[PieceFacts]:
    return [p for p in entry.pieces if p.state is not EntryState.DELETED] if entry else []


def _marks(entry: EntryFacts | None) -> Sequence[tuple[UUID, int, str]]:
    return [(p.id, p.version, p.state.value) for p in entry.pieces] if entry else []


def _intervals(entry: EntryFacts | None) -> list[Interval]:
    return [(p.started_at, p.ended_at) for p in _live(entry) if p.ended_at is not None]


def _release(held: budgets.Held, piece: PieceFacts) -> None:
    scopes = entries.counted_scopes(piece)
    if scopes and piece.ended_at is not None:
        held.release(piece.started_at, piece.ended_at, scopes=scopes)


def _described(entry: EntryFacts) -> dict[str, Fact]:
    """The caller's own entry, for a refusal that shows it."""
    root = entry.root
    return {
        "id": str(root.root_id),
        "engagement_id": str(root.engagement_id),
        "state": root.state.value,
        "started_at": root.said_started_at.isoformat(),
        "ended_at": root.said_ended_at.isoformat() if root.said_ended_at else None,
        "note": root.note,
        "task_reference": root.task_reference,
        "version": entry.version,
    }
