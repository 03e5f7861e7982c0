"""The clock's reminders about time: reviews, contests, and time beyond a cap."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import caps, reminders
from app.domain.contests import ContestState
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.domain.reminders import Window
from app.domain.timesheets import DECIDE_WITHIN, EntryState, SheetState
from app.notices import reminding, telling
from app.notices.telling import STAFF, News
from app.timesheets.contests import Contest
from app.timesheets.tables import TimeEntry, Timesheet

_MOST = 500
_OPERATIONS = [scope.value for scope in caps.OPERATIONS_LIFTS]


async def remind(session: AsyncSession, *, now: datetime) -> None:
    """Remind of everything that waits for somebody, at half time and a day before, once each."""
    news = [
        *await _reviews(session, now),
        *await _answers(session, now),
        *await _judgements(session, now),
        *await _over_caps(session, now),
    ]
    await telling.tell(session, *news, now=now)


async def _reviews(session: AsyncSession, now: datetime) -> list[News]:
    statement = select(
        Timesheet.id,
        Timesheet.company_id,
        Timesheet.submitted_at.label("begins_at"),
        Timesheet.review_by_at.label("ends_at"),
    ).where(Timesheet.state == SheetState.SUBMITTED.value)
    rows = await _waiting(
        session, Kind.REVIEW_DUE, statement, Timesheet.id, Timesheet.submitted_at,
        ends_at=Timesheet.review_by_at, now=now,
    )  # fmt: skip
    able = Permission.APPROVE_TIME
    found = [
        reminding.reminder(
            Kind.REVIEW_DUE, row.id, telling.company(row.company_id, able), _window(row), now=now
        )
        for row in rows
    ]
    return list(filter(None, found))


async def _answers(session: AsyncSession, now: datetime) -> list[News]:
    statement = select(
        Contest.id,
        Contest.trainer_id,
        Contest.created_at.label("begins_at"),
        Contest.answer_by_at.label("ends_at"),
    ).where(Contest.state == ContestState.AWAITS_ANSWER.value)
    rows = await _waiting(
        session, Kind.ANSWER_DUE, statement, Contest.id, Contest.created_at,
        ends_at=Contest.answer_by_at, now=now,
    )  # fmt: skip
    found = [
        reminding.reminder(
            Kind.ANSWER_DUE, row.id, telling.trainer(row.trainer_id), _window(row), now=now
        )
        for row in rows
    ]
    return list(filter(None, found))


async def _judgements(session: AsyncSession, now: datetime) -> list[News]:
    begins_at = func.coalesce(Contest.answered_at, Contest.answer_by_at)
    statement = select(
        Contest.id, begins_at.label("begins_at"), Contest.decide_by_at.label("ends_at")
    ).where(Contest.state == ContestState.AWAITS_DECISION.value)
    rows = await _waiting(
        session, Kind.STAFF_CONTEST_DUE, statement, Contest.id, begins_at,
        ends_at=Contest.decide_by_at, now=now,
    )  # fmt: skip
    found = [
        reminding.reminder(Kind.STAFF_CONTEST_DUE, row.id, STAFF, _window(row), now=now)
        for row in rows
    ]
    return list(filter(None, found))


async def _over_caps(session: AsyncSession, now: datetime) -> list[News]:
    """Told by engagement and day, for one evening makes many pieces.

    What the company left undecided past its deadline waits for operations from then on.
    """
    staff = case((TimeEntry.binding_cap.in_(_OPERATIONS), True), else_=False)
    day = cast(func.timezone("UTC", TimeEntry.decide_by_at), Date)
    late = TimeEntry.decide_by_at <= now
    rows = await session.execute(
        select(
            TimeEntry.engagement_id,
            TimeEntry.company_id,
            staff.label("staff"),
            late.label("late"),
            day.label("day"),
            func.min(TimeEntry.decide_by_at).label("ends_at"),
        )
        .where(TimeEntry.state == EntryState.OVER_CAP.value)
        .group_by(TimeEntry.engagement_id, TimeEntry.company_id, staff, late, day)
        .order_by(day)
        .limit(_MOST)
    )
    news = []
    for row in rows:
        news += _about_over_cap(row, now)
    return news


def _about_over_cap(row: Row[Any], now: datetime) -> list[News]:
    by_staff = row.staff or row.late
    to = STAFF if by_staff else telling.company(row.company_id, Permission.APPROVE_TIME)
    waiting, due = (
        (Kind.STAFF_OVER_CAP_WAITING, Kind.STAFF_OVER_CAP_DUE)
        if by_staff
        else (Kind.OVER_CAP_WAITING, Kind.OVER_CAP_DUE)
    )
    ends_at = None if row.late else row.ends_at
    news = [News(waiting, row.engagement_id, to, stage=f"{row.day}", deadline_at=ends_at)]
    which = reminders.due(Window(row.ends_at - DECIDE_WITHIN, row.ends_at), now)
    if which is not None:
        news.append(
            News(due, row.engagement_id, to, stage=f"{which}:{row.day}", deadline_at=ends_at)
        )
    return news


async def _waiting(
    session: AsyncSession,
    kind: Kind,
    statement: Select[*tuple[Any, ...]],
    about_id: Any,
    begins_at: ColumnElement[Any] | Any,
    *,
    ends_at: Any,
    now: datetime,
) -> list[Row[Any]]:
    waits = reminding.waiting(kind, about_id, begins_at, ends_at, now=now)
    rows = await session.execute(statement.where(waits).order_by(ends_at, about_id).limit(_MOST))
    return list(rows.all())


def _window(row: Row[Any]) -> Window:
    return Window(row.begins_at, row.ends_at)
