"""The timer: started, kept going while caps leave room, stopped once.

A timer reserves up to an hour ahead in all counters at once and is extended by the clock, so that
one of them never starves a colleague for long; `stops_by_at` is what is guaranteed. Past a cap it
runs on as a tail, which is decided about like any time beyond a cap. Stopping always succeeds.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.caps import Scope
from app.domain.refusals import AlreadyUsed, NotFound, Refusal
from app.domain.timesheets import (
    LATEST_AHEAD,
    RESERVE_SLICE,
    EntryState,
)
from app.engagements import queries as engagements
from app.timesheets import admitting, allowances, budgets, closing, entries
from app.timesheets.allowances import Allowance
from app.timesheets.entries import Root
from app.timesheets.queries import EntryFacts, PieceFacts
from app.timesheets.refusals import (
    AfterLastDay,
    HourCapReached,
    TimeDeleted,
    TimerAlreadyRunning,
)

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class TimerSaid:
    """What the phone says at the start. Its own clock, if sent, tells by how much it is off."""

    engagement_id: UUID
    started_at: datetime | None = None
    note: str | None = None
    task_reference: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The timer as it stands, and what its reserve leaves in the week."""

    entry: EntryFacts
    allowance: Allowance
    created: bool


async def start_timer(
    session: AsyncSession, actor: TrainerActor, entry_id: UUID, said: TimerSaid, *, now: datetime
) -> Started:
    """Start a timer under an id of the phone's; the same again answers what stands, even stopped.

    Raises NotFound, AlreadyUsed, TimeDeleted, TimerAlreadyRunning, TimeOverlaps, HourCapReached,
    and the refusals of `admitting`.
    """
    engagement = await engagements.of_trainer(session, actor.trainer_id, said.engagement_id)
    start = now.replace(microsecond=0)
    admitting.check_shape(engagement, start, start + _SECOND)
    held = await budgets.hold(
        session, engagement, [(start, start + LATEST_AHEAD + RESERVE_SLICE)], now=now
    )
    entry, other = await entries.look(session, entry_id, actor.trainer_id, start, None)
    if entry is not None:
        _check_same(entry, actor, entry_id, said)
        return Started(entry, held.allowance(start), created=False)
    await admitting.check_standing(session, engagement, start, starting=True)
    if other is not None:
        start = await _after(session, entry_id, other, start)
    horizon = closing.horizon(engagement, start)
    if horizon <= start:
        raise AfterLastDay(until_at=horizon.isoformat())
    until, binding = held.reach(start, min(start + RESERVE_SLICE, horizon))
    if until == start:
        raise HourCapReached(cap=allowances.trainers_name(binding or Scope.TRAINER_WEEK))
    held.charge(start, until)
    phone = said.started_at
    written = await entries.write_running(
        session,
        engagement,
        Root(
            entry_id,
            "timer",
            phone or start,
            None,
            said.note,
            said.task_reference,
            int((phone - now).total_seconds()) if phone else 0,
        ),
        id_=entry_id,
        started_at=start,
        stops_by_at=until,
        week_starts_at=held.week_of(start),
        binding_cap=None,
        version=1,
        now=now,
    )
    await budgets.settle(session, held)
    return Started(EntryFacts((written,)), held.allowance(start), created=True)


async def stop_timer(
    session: AsyncSession,
    actor: TrainerActor,
    entry_id: UUID,
    *,
    stopped_at: datetime | None,
    now: datetime,
) -> EntryFacts:
    """Stop a timer. The first stop wins; a second one, or a late one, is shown what stands.

    `stopped_at` is the phone's time, put right by the offset measured at the start, and never
    later than now. Raises NotFound only.
    """
    before = await entries.load(session, entry_id)
    if before is None or any(
        p.trainer_id != actor.trainer_id or p.root_id != entry_id for p in before.pieces
    ):
        raise NotFound
    engagement, held = await closing.hold(session, before, now)
    entry = await entries.load(session, entry_id)
    assert entry is not None
    if entry.root.state is EntryState.DELETED or any(p.said_ended_at for p in entry.pieces):
        return entry
    stop = _stop_instant(entry, stopped_at, now)
    running = entry.running
    if running is not None and stop > running.started_at:
        ending = closing.ending_of(engagement, held, running, stop)
        await closing.close(session, engagement, held, running, ending, now=now)
    else:
        await closing.cut(session, held, entry, stop, now=now)
        await entries.mark_stopped(session, entry_id, stop, now=now)
    stopped = await entries.load(session, entry_id)
    assert stopped is not None
    return stopped


def _stop_instant(entry: EntryFacts, stopped_at: datetime | None, now: datetime) -> datetime:
    """The phone's time put right; after the start by a second at least, and not after now."""
    stop = now
    if stopped_at is not None:
        stop = min(now, stopped_at - timedelta(seconds=entry.root.phone_offset_seconds))
    return max(stop.replace(microsecond=0), entry.root.started_at + _SECOND)


def _check_same(entry: EntryFacts, actor: TrainerActor, entry_id: UUID, said: TimerSaid) -> None:
    """Raise AlreadyUsed or TimeDeleted unless the same timer was started before."""
    root = entry.root
    if root.trainer_id != actor.trainer_id or root.root_id != entry_id or root.source != "timer":
        raise AlreadyUsed
    if root.state is EntryState.DELETED:
        raise TimeDeleted
    kept = TimerSaid(
        root.engagement_id,
        said.started_at and root.said_started_at,
        root.note,
        root.task_reference,
    )
    if kept != said:
        raise AlreadyUsed


async def _after(
    session: AsyncSession, entry_id: UUID, other: PieceFacts, start: datetime
) -> datetime:
    """A start right after an entry that ended a moment ahead of our clock; else a refusal."""
    if other.ended_at is None or other.ended_at > start + LATEST_AHEAD:
        raise _in_the_way(other)
    _, further = await entries.look(session, entry_id, other.trainer_id, other.ended_at, None)
    if further is not None:
        raise _in_the_way(further)
    return other.ended_at


def _in_the_way(other: PieceFacts) -> Refusal:
    if other.state is EntryState.RUNNING:
        return TimerAlreadyRunning(entry_id=str(other.root_id))
    return entries.overlaps(other.root_id, other.started_at, other.ended_at)
