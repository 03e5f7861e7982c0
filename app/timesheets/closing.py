"""How a running timer ends: what is payable, what is beyond a cap, what is given back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.caps import Piece, Scope
from app.domain.engagements import paused_from
from app.domain.timesheets import LONGEST_TAIL, LONGEST_TIMER, EntryState
from app.domain.weeks import PayWeek, split_at_weeks
from app.engagements import queries as engagements
from app.engagements.queries import EngagementFacts
from app.timesheets import admitting, budgets, entries
from app.timesheets.budgets import Held
from app.timesheets.entries import Root
from app.timesheets.queries import EntryFacts, PieceFacts

_SECOND = timedelta(seconds=1)
_CUTTABLE = (EntryState.RECORDED, EntryState.OVER_CAP, EntryState.RUNNING)


@dataclass(frozen=True, slots=True)
class Ending:
    """`payable_until`: charged already. From there to `ended_at` the caps decide. `tail`: run on.

    `stopped_at` is None when the clock ends it, not the trainer.
    """

    payable_until: datetime
    ended_at: datetime
    stopped_at: datetime | None = None
    tail: Scope | None = None


async def hold(
    session: AsyncSession, entry: EntryFacts, now: datetime
) -> tuple[EngagementFacts, Held]:
    """Lock all counters that ending or extending can move, before the entry itself.

    That is as far as a timer can ever reach: while we wait, somebody whose clock is ahead of ours
    may extend it further than we would.
    """
    engagement = await engagements.get_engagement(session, entry.root.engagement_id)
    start = min(p.started_at for p in entry.pieces)
    furthest = [
        start + LONGEST_TIMER + LONGEST_TAIL,
        *(p.ended_at for p in entry.pieces if p.ended_at),
    ]
    return engagement, await budgets.hold(session, engagement, [(start, max(furthest))], now=now)


def ending_of(
    engagement: EngagementFacts, held: Held, running: PieceFacts, stop: datetime
) -> Ending:
    """How a stop ends what runs: give back what is not needed, or take more where it fits."""
    guaranteed = guarantee(running)
    paused_at = pause_of(engagement, running)
    if paused_at is not None and paused_at < stop:
        ending = ending_of(replace(engagement, pauses=()), held, running, paused_at)
        return replace(ending, stopped_at=stop)
    if stop <= guaranteed:
        held.release(stop, guaranteed)
        return Ending(stop, stop, stop)
    if is_tail(running):
        return Ending(guaranteed, min(stop, running.started_at + LONGEST_TAIL), stop)
    wanted = max(guaranteed, min(stop, horizon(engagement, running.started_at)))
    reached, binding = held.reach(guaranteed, wanted)
    held.charge(guaranteed, reached)
    if binding is None:
        return Ending(reached, reached, stop)
    return Ending(reached, min(stop, reached + LONGEST_TAIL), stop)


async def close(
    session: AsyncSession,
    engagement: EngagementFacts,
    held: Held,
    running: PieceFacts,
    ending: Ending,
    *,
    now: datetime,
) -> None:
    """Write the pieces of what ran, and the tail if it runs on; move the counters."""
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    pieces = [
        Piece(span.started_at, span.ended_at, span.week_starts_at, None)
        for span in split_at_weeks(running.started_at, ending.payable_until, pay_week)
    ]
    pieces += held.split(ending.payable_until, ending.ended_at)
    ids = await _ids(session, running, len(pieces) + (ending.tail is not None))
    root = Root(
        running.root_id,
        running.source,
        running.said_started_at,
        ending.stopped_at,
        running.note,
        running.task_reference,
        running.phone_offset_seconds,
    )
    version = running.version + 1
    await entries.write(
        session, engagement, root, pieces, ids=ids[: len(pieces)], version=version, now=now
    )
    if ending.tail is not None:
        await entries.write_running(
            session,
            engagement,
            root,
            id_=ids[-1],
            started_at=ending.ended_at,
            stops_by_at=ending.ended_at,
            week_starts_at=held.week_of(ending.ended_at),
            binding_cap=ending.tail,
            version=version,
            now=now,
        )
    await budgets.settle(session, held)


async def cut(
    session: AsyncSession, held: Held, entry: EntryFacts, stop: datetime, *, now: datetime
) -> None:
    """Take back what the clock recorded after the trainer had stopped out of our sight.

    What was handed in or decided on meanwhile stays as it is.
    """
    after = [p for p in entry.pieces if p.ended_at is None or p.ended_at > stop]
    if any(
        p.state not in _CUTTABLE or p.company_agreed_at or p.operations_agreed_at for p in after
    ):
        return
    dropped = [p for p in after if p.started_at >= stop]
    for piece in after:
        scopes = entries.counted_scopes(piece)
        end = piece.ended_at or guarantee(piece)
        held.release(max(piece.started_at, stop), end, scopes=scopes)
        if piece not in dropped:
            await entries.shorten(session, piece, stop, now=now)
    await entries.delete_pieces(session, dropped, now=now)
    await budgets.settle(session, held)


async def _ids(session: AsyncSession, running: PieceFacts, count: int) -> Sequence[UUID]:
    fresh = await entries.fresh_ids(session, running.root_id, count - 1) if count > 1 else []
    return [running.id, *fresh]


def horizon(engagement: EngagementFacts, started_at: datetime) -> datetime:
    """Beyond this nothing is payable, whatever the caps leave."""
    last = admitting.last_instant(engagement)
    longest = started_at + LONGEST_TIMER
    return longest if last is None else min(longest, last)


def pause_of(engagement: EngagementFacts, running: PieceFacts) -> datetime | None:
    """When a running timer is closed because its engagement is paused; a second long at least."""
    at = paused_from(engagement.pauses, running.started_at)
    return at and max(at.replace(microsecond=0), running.started_at + _SECOND)


def guarantee(running: PieceFacts) -> datetime:
    """Until when a running timer has its time reserved."""
    assert running.stops_by_at is not None
    return running.stops_by_at


def is_tail(running: PieceFacts) -> bool:
    """Whether it runs on past a cap, with nothing reserved."""
    return running.stops_by_at == running.started_at
