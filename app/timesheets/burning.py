"""How a position's minutes burn down: used, reserved by timers, left, and until when at this pace.

Read from the counters and the few running timers, never from the entries, so that it costs the
same for ten hours and for ten years of work.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import burn
from app.domain.actor import ClientActor, TrainerActor
from app.domain.burn import PACE_OVER, Forecast
from app.domain.caps import Scope
from app.domain.permissions import Permission, require
from app.domain.refusals import NotFound
from app.domain.timesheets import EntryState
from app.engagements import queries as engagements
from app.engagements.tables import Engagement
from app.projects import queries as projects
from app.timesheets import leases
from app.timesheets.tables import CapCounter, TimeEntry


@dataclass(frozen=True, slots=True)
class Burn:
    """Seconds. `used` without what running timers reserve; `left` None where there is no cap."""

    position_id: UUID
    cap_seconds: int | None
    used_seconds: int
    reserved_seconds: int
    over_cap_seconds: int
    forecast: Forecast

    @property
    def left_seconds(self) -> int | None:
        """Never negative, whatever a cap was cut to."""
        if self.cap_seconds is None:
            return None
        return max(0, self.cap_seconds - self.used_seconds - self.reserved_seconds)


async def of_company(
    session: AsyncSession, actor: ClientActor, position_id: UUID, *, now: datetime
) -> Burn:
    """A position of the company's. Raises NotAllowed, NotFound."""
    require(actor, Permission.READ_TIME)
    position = await projects.company_position(session, actor.company_id, position_id)
    if position is None:
        raise NotFound
    return await _burn(session, position_id, position.total_minutes, now)


async def of_trainer(
    session: AsyncSession, actor: TrainerActor, engagement_id: UUID, *, now: datetime
) -> Burn:
    """The position of an engagement of hers, which she shares with others. Raises NotFound."""
    engagement = await engagements.of_trainer(session, actor.trainer_id, engagement_id)
    position = await projects.get_position(session, engagement.position_id)
    assert position is not None
    return await _burn(session, engagement.position_id, position.total_minutes, now)


async def _burn(
    session: AsyncSession, position_id: UUID, total_minutes: int | None, now: datetime
) -> Burn:
    held = leases.leased_of(Scope.POSITION_TOTAL, position_id)
    counted = await session.scalar(
        select(CapCounter.used - held).where(
            CapCounter.scope == Scope.POSITION_TOTAL.value,
            CapCounter.scope_id == position_id,
            CapCounter.period == "",
        )
    )
    reserved = await _seconds(
        session, position_id, EntryState.RUNNING, TimeEntry.stops_by_at - TimeEntry.started_at
    )
    over_cap = await _seconds(
        session, position_id, EntryState.OVER_CAP, TimeEntry.ended_at - TimeEntry.started_at
    )
    used = max(0, (counted or 0) - reserved)
    cap = None if total_minutes is None else total_minutes * 60
    worked, since = await _lately(session, position_id, now)
    left = None if cap is None else cap - used - reserved
    ahead = burn.forecast(left_seconds=left, worked_seconds=worked, since=since, now=now)
    return Burn(position_id, cap, used, reserved, over_cap, ahead)


async def _seconds(
    session: AsyncSession,
    position_id: UUID,
    state: EntryState,
    length: ColumnElement[Any],
) -> int:
    """Of entries in a state that few have; both have a partial index."""
    row = (
        await session.execute(
            select(cast(func.sum(func.extract("epoch", length)), BigInteger).label("seconds"))
            .join(Engagement, Engagement.id == TimeEntry.engagement_id)
            .where(Engagement.position_id == position_id, TimeEntry.state == state.value)
        )
    ).one()
    return row.seconds or 0


async def _lately(session: AsyncSession, position_id: UUID, now: datetime) -> tuple[int, datetime]:
    """Seconds of the pay weeks of the last four weeks, and since when that looks."""
    since = now - PACE_OVER
    row = (
        await session.execute(
            select(
                cast(func.sum(CapCounter.used), BigInteger).label("seconds"),
                func.min(CapCounter.period).label("first"),
            )
            .join(Engagement, Engagement.id == CapCounter.scope_id)
            .where(
                CapCounter.scope == Scope.ENGAGEMENT_WEEK.value,
                Engagement.position_id == position_id,
                CapCounter.period >= since.isoformat(),
                CapCounter.used > 0,
            )
        )
    ).one()
    first = datetime.fromisoformat(row.first) if row.first else now
    return row.seconds or 0, first
