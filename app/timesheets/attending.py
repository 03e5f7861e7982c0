"""What the clock does for running timers: extend, close at a cap, end a forgotten tail."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.engagements import EngagementState
from app.domain.timesheets import EXTEND_AHEAD, LONGEST_TAIL, RESERVE_SLICE, EntryState
from app.engagements.tables import Engagement
from app.timesheets import budgets, closing, entries
from app.timesheets.closing import Ending
from app.timesheets.tables import TimeEntry


async def due(session: AsyncSession, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Entries whose timer needs the clock's attention: its guarantee or its tail runs out, or its
    engagement is paused."""
    tail = TimeEntry.stops_by_at == TimeEntry.started_at
    paused = select(Engagement.id).where(Engagement.state == EngagementState.PAUSED.value)
    return list(
        await session.scalars(
            select(TimeEntry.root_id)
            .where(
                TimeEntry.state == EntryState.RUNNING.value,
                or_(
                    TimeEntry.engagement_id.in_(paused),
                    and_(~tail, TimeEntry.stops_by_at <= now + EXTEND_AHEAD),
                    and_(tail, TimeEntry.started_at <= now - LONGEST_TAIL),
                ),
            )
            .order_by(TimeEntry.stops_by_at, TimeEntry.id)
            .limit(limit)
        )
    )


async def attend(session: AsyncSession, entry_id: UUID, *, now: datetime) -> None:
    """Extend a timer's guarantee; where a cap forbids it, close the payable part at its end.

    From there a tail runs on for up to 12 hours. A timer that nobody stops is closed by itself.
    """
    before = await entries.load(session, entry_id)
    if before is None:
        return
    engagement, held = await closing.hold(session, before, now)
    entry = await entries.load(session, entry_id)
    running = entry.running if entry else None
    if running is None:
        return
    paused_at = closing.pause_of(engagement, running)
    if paused_at is not None and paused_at <= now:
        ending = closing.ending_of(engagement, held, running, paused_at)
        ending = replace(ending, stopped_at=None)  # her own stop may come later and be earlier
        await closing.close(session, engagement, held, running, ending, now=now)
        return
    if closing.is_tail(running):
        end = running.started_at + LONGEST_TAIL
        if end <= now:
            ending = Ending(running.started_at, end)
            await closing.close(session, engagement, held, running, ending, now=now)
        return
    guaranteed = closing.guarantee(running)
    ahead = now.replace(microsecond=0) + RESERVE_SLICE
    wanted = min(ahead, closing.horizon(engagement, running.started_at))
    binding = None
    if wanted > guaranteed and engagement.state is EngagementState.ACTIVE:
        reached, binding = held.reach(guaranteed, wanted)
        held.charge(guaranteed, reached)
        guaranteed = reached
    if guaranteed > now:
        if guaranteed > closing.guarantee(running):
            await entries.extend(session, running, guaranteed, now=now)
            await budgets.settle(session, held)
        return
    if binding is not None and guaranteed + LONGEST_TAIL <= now:
        ending = Ending(guaranteed, guaranteed + LONGEST_TAIL)
    else:
        ending = Ending(guaranteed, guaranteed, tail=binding)
    await closing.close(session, engagement, held, running, ending, now=now)
