"""What people were told, and a clock that looks around."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.engagements import reminding as terms
from app.hiring import reminding as offers
from app.notices.tables import Notice
from app.timesheets import nearing
from app.timesheets import reminding as time


async def kinds(session: AsyncSession, user_id: UUID) -> list[str]:
    """The kinds of everything that a user was told, oldest first; of one moment by name."""
    await session.flush()
    rows = await session.execute(
        select(Notice.kind)
        .where(Notice.user_id == user_id)
        .order_by(Notice.created_at, Notice.kind, Notice.stage)
    )
    return list(rows.scalars())


async def look_around(session: AsyncSession, now: datetime) -> None:
    """The clock's round, without its pause of a minute."""
    await session.flush()
    await offers.remind(session, now=now)
    await terms.remind(session, now=now)
    await time.remind(session, now=now)
    await nearing.look(session, now=now)
