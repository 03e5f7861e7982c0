"""A company ends an engagement: its seat and the trainer's minutes are free again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import permissions
from app.domain.actor import ClientActor, describe
from app.domain.engagements import MOVES, EndReason, EngagementEvent, EngagementState
from app.domain.lifecycles import step
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.engagements import holding, pausing, queries
from app.engagements.tables import EngagementStep
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from app.projects import seats
from app.trainers import capacity


async def end(
    session: AsyncSession,
    actor: ClientActor,
    engagement_id: UUID,
    *,
    reason: EndReason,
    explanation: str,
    now: datetime,
) -> None:
    """End an engagement at once. Time worked until then stays and is approved and paid as ever.

    Raises NotAllowed, NotFound, IllegalMove.
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    engagement = await holding.of_company(session, actor.company_id, engagement_id)
    state = EngagementState(engagement.state)
    engagement.state = step("engagement", MOVES, state, EngagementEvent.END)
    engagement.ended_at = now
    pausing.close_pause(engagement, now)
    engagement.end_reason_code = reason
    engagement.end_explanation = explanation
    session.add(
        EngagementStep(
            id=new_id(),
            engagement_id=engagement.id,
            event=EngagementEvent.END,
            state=engagement.state,
            actor=describe(actor),
            at=now,
        )
    )
    await session.flush()
    await seats.release_seat(session, engagement.position_id)
    # A cut that is agreed has left her its minutes already, though it was not in force yet.
    newest = (await queries.limits_of(session, engagement.id))[-1]
    await capacity.commit_minutes(session, engagement.trainer_id, -newest.weekly_minutes)
    to = telling.trainer(engagement.trainer_id)
    await telling.tell(session, News(Kind.ENGAGEMENT_ENDED, engagement.id, to), now=now)
