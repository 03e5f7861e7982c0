"""Telling trainers that the minutes which several of them share have changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.engagements import EngagementState
from app.domain.notices import Kind
from app.engagements.tables import Engagement
from app.notices import telling
from app.notices.telling import News


async def room_changed(
    session: AsyncSession,
    *,
    project_id: UUID | None = None,
    position_id: UUID | None = None,
    change_id: UUID,
    now: datetime,
) -> int:
    """Tell everybody at work in a project, or in one position, once for each change; how many.

    She learns that it has changed and looks herself: how much is not the same for everybody, and
    what stands behind it is the company's.
    """
    statement = select(Engagement.id, Engagement.trainer_id).where(
        Engagement.state != EngagementState.ENDED.value
    )
    if project_id is not None:
        statement = statement.where(Engagement.project_id == project_id)
    else:
        statement = statement.where(Engagement.position_id == position_id)
    rows = (await session.execute(statement)).all()
    news = [
        News(Kind.ROOM_CHANGED, row.id, telling.trainer(row.trainer_id), stage=str(change_id))
        for row in rows
    ]
    return await telling.tell(session, *news, now=now)
