"""Reminders of deadlines: which rows wait for one, said once for every room that has deadlines."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Text, and_, case, cast, exists, func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import reminders
from app.domain.notices import Kind
from app.domain.reminders import LAST_CALL, Reminder, Window
from app.notices.tables import Notice, NoticeRound
from app.notices.telling import News, To


async def begin_round(session: AsyncSession, name: str, *, every: timedelta, now: datetime) -> bool:
    """Whether it is time for this round again; then it is this transaction's alone."""
    statement = insert(NoticeRound).values(name=name, ran_at=now)
    begun = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"ran_at": now},
            where=NoticeRound.ran_at <= now - every,
        ).returning(NoticeRound.name)
    )
    return begun is not None


def waiting(
    kind: Kind,
    about_id: ColumnElement[UUID] | Any,
    begins_at: ColumnElement[datetime] | Any,
    ends_at: ColumnElement[datetime] | Any,
    *,
    now: datetime,
) -> ColumnElement[bool]:
    """Rows past half of their window whose present reminder nobody was given: in SQL what
    `domain.reminders.due` and `reminder` say."""
    at = literal(now)
    last_call = and_(ends_at - begins_at > 2 * LAST_CALL, at >= ends_at - LAST_CALL)
    which = case((last_call, Reminder.LAST_CALL.value), else_=Reminder.HALF.value)
    second = cast(cast(func.floor(func.extract("epoch", ends_at)), BigInteger), Text)
    told = exists().where(
        Notice.kind == kind.value,
        Notice.about_id == about_id,
        Notice.stage == which + ":" + second,
    )
    return and_(at < ends_at, at - begins_at >= ends_at - at, ~told)


def reminder(kind: Kind, about_id: UUID, to: To, window: Window, *, now: datetime) -> News | None:
    """The reminder that holds now, if any."""
    which = reminders.due(window, now)
    if which is None:
        return None
    stage = f"{which}:{int(window.ends_at.timestamp())}"
    return News(kind, about_id, to, stage=stage, deadline_at=window.ends_at)
