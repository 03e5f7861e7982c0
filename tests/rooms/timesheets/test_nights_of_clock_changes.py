"""R20: the two nights in which 02:30 is missing or comes twice, looked after every ten minutes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import SystemActor
from app.timesheets import attending, submitting, timing
from app.timesheets.tables import TimesheetStep
from app.timesheets.timing import TimerSaid
from tests.factories.at_work import deal
from tests.factories.hours import HOUR, assert_proven, log

BERLIN = ZoneInfo("Europe/Berlin")
TEN_MINUTES = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("night", "hours", "week_hours"), [(date(2026, 3, 29), 4, 24), (date(2026, 10, 25), 6, 24)]
)
async def test_nothing_runs_twice_and_nothing_is_skipped(
    session: AsyncSession, night: date, hours: int, week_hours: int
) -> None:
    """Her timer runs from 00:30 to 05:30; the week before is handed in at its instant, once.

    The pay week ends on Saturday's midnight, so that the 24 hours after it end in this night.
    """
    local = datetime(night.year, night.month, night.day, tzinfo=BERLIN)
    saturday = (local - timedelta(days=1)).astimezone(UTC)
    begin = (local + timedelta(minutes=30)).astimezone(UTC)
    at = await deal(
        session, now=begin, pay_week_timezone="Europe/Berlin", pay_week_first_day=6,
        starts_on=night - timedelta(days=20),
    )  # fmt: skip
    logged = await log(session, at, saturday - 10 * HOUR, 2, now=saturday - 7 * HOUR)
    timer = await timing.start_timer(
        session, at.worker, at.engagement.id, TimerSaid(at.engagement.id), now=begin
    )
    now, submitted_at = saturday, []
    end = local.replace(hour=5, minute=30).astimezone(UTC)
    while now < end:
        now += TEN_MINUTES
        for id_ in await attending.due(session, now=now):
            await attending.attend(session, id_, now=now)
        for id_ in await submitting.due(session, now=now):
            await submitting.submit(session, SystemActor("clock"), id_, now=now)
            submitted_at.append(now)
    assert submitted_at == [saturday + week_hours * HOUR]
    stopped = await timing.stop_timer(
        session, at.worker, timer.entry.root.id, stopped_at=None, now=now
    )
    assert stopped.worked_seconds == hours * 3_600
    events = await session.scalars(
        select(TimesheetStep.event).where(
            TimesheetStep.timesheet_id == logged.entry.root.timesheet_id
        )
    )
    assert list(events) == ["submit"]
    await assert_proven(session)
