"""A company pauses an engagement and lets it go on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import permissions
from app.domain.actor import ClientActor, describe
from app.domain.engagements import MOVES, EngagementEvent, EngagementState
from app.domain.lifecycles import step
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.engagements import holding
from app.engagements.tables import Engagement, EngagementStep
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News


async def pause(
    session: AsyncSession, actor: ClientActor, engagement_id: UUID, *, now: datetime
) -> None:
    """No new time from now on; what was worked before may still be logged. Again changes nothing.

    A running timer is closed at this moment with what it has: by the clock, and by whatever stops
    it before that. Raises NotAllowed, NotFound, IllegalMove.
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    row = await holding.of_company(session, actor.company_id, engagement_id)
    if row.state == EngagementState.PAUSED:
        return
    row.state = step("engagement", MOVES, EngagementState(row.state), EngagementEvent.PAUSE)
    row.pauses = [*row.pauses, Range(now, None, bounds="[)")]
    await _record(session, actor, row, EngagementEvent.PAUSE, now)


async def resume(
    session: AsyncSession, actor: ClientActor, engagement_id: UUID, *, now: datetime
) -> None:
    """Time may be worked again from now on; again changes nothing.

    Raises NotAllowed, NotFound, IllegalMove.
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    row = await holding.of_company(session, actor.company_id, engagement_id)
    if row.state == EngagementState.ACTIVE:
        return
    row.state = step("engagement", MOVES, EngagementState(row.state), EngagementEvent.RESUME)
    close_pause(row, now)
    await _record(session, actor, row, EngagementEvent.RESUME, now)


def close_pause(row: Engagement, now: datetime) -> None:
    """End the pause that lasts, if one does: resumed, or ended for good."""
    if row.pauses and row.pauses[-1].upper is None:
        row.pauses = [*row.pauses[:-1], Range(row.pauses[-1].lower, now, bounds="[)")]


async def _record(
    session: AsyncSession,
    actor: ClientActor,
    row: Engagement,
    event: EngagementEvent,
    now: datetime,
) -> None:
    session.add(
        EngagementStep(
            id=new_id(),
            engagement_id=row.id,
            event=event,
            state=row.state,
            actor=describe(actor),
            at=now,
        )
    )
    paused = event is EngagementEvent.PAUSE
    kind = Kind.ENGAGEMENT_PAUSED if paused else Kind.ENGAGEMENT_RESUMED
    to = telling.trainer(row.trainer_id)
    await telling.tell(session, News(kind, row.id, to, stage=now.isoformat()), now=now)
