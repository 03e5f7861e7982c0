"""The vectors of weeks and zones through the database: sheets, counters, true seconds."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.time_zones import zone
from app.domain.weeks import start_of_day
from app.timesheets import recording
from app.timesheets.recording import Recorded
from app.timesheets.refusals import BeforeFirstDay
from app.timesheets.tables import TimeEntry, Timesheet, TrainerWeekCap
from tests.factories import people
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, assert_proven, counters, log
from tests.factories.time_vectors import ITS_WEEKS, ONE_INSTANT, SKIPPED_MIDNIGHTS, WEEK_53, WEEKS


async def at_work(session: AsyncSession, now: datetime, timezone: str, **over: object) -> Deal:
    """No cap but the longest week that can be agreed."""
    at = await deal(
        session, now=now, weekly_minutes=10_080, pay_week_timezone=timezone, bill_minor=100,
        pay_minor=80, **over,
    )  # fmt: skip
    session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=10_080))
    await session.flush()
    return at


async def sheets(session: AsyncSession) -> list[tuple[datetime, datetime]]:
    rows = await session.execute(
        select(Timesheet.week_starts_at, Timesheet.week_ends_at).order_by(Timesheet.week_starts_at)
    )
    return [(start, end) for start, end in rows]


@pytest.mark.parametrize(("timezone", "monday", "hours", "starts_at", "ends_at"), WEEKS)
async def test_a_week_worked_through_is_its_true_hours(
    session: AsyncSession,
    *,
    timezone: str,
    monday: date,
    hours: float,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    """Without a minute's pause, from half an hour before its start to half an hour after its end:
    168 hours are agreed, so that of 169 the last one waits."""
    now = ends_at + 2 * HOUR
    at = await at_work(session, now, timezone, starts_on=monday - timedelta(days=7))
    half = timedelta(minutes=30)
    first, then = starts_at - half, starts_at + 84 * HOUR
    for start, end in ((first, then), (then, ends_at + half)):
        await log(session, at, start, (end - start) / HOUR, now=now)
    rows = list(await session.scalars(select(TimeEntry).order_by(TimeEntry.started_at)))
    inside = [row for row in rows if row.week_starts_at == starts_at]
    assert min(row.started_at for row in inside) == starts_at
    assert max(row.ended_at for row in inside if row.ended_at) == ends_at
    seconds = {"recorded": 0.0, "over_cap": 0.0}
    for row in inside:
        assert row.ended_at is not None
        seconds[row.state] += (row.ended_at - row.started_at).total_seconds()
    assert seconds == {
        "recorded": min(168, hours) * 3600,
        "over_cap": max(0, hours - 168) * 3600,
    }
    assert [row.week_starts_at for row in (rows[0], rows[-1])] != [starts_at, starts_at]
    assert (starts_at, ends_at) in await sheets(session)
    assert len(await sheets(session)) == 3
    await assert_proven(session)


@pytest.mark.parametrize(("timezone", "day", "begins_at"), SKIPPED_MIDNIGHTS)
async def test_an_engagement_begins_on_a_day_without_midnight(
    session: AsyncSession, timezone: str, day: date, begins_at: datetime
) -> None:
    now = begins_at + 10 * HOUR
    at = await at_work(session, now, timezone, starts_on=day, pay_week_first_day=day.isoweekday())
    with pytest.raises(BeforeFirstDay):
        await log(session, at, begins_at - timedelta(seconds=1), now=now)
    await log(session, at, begins_at, now=now)
    ((start, end),) = await sheets(session)
    assert start == begins_at
    assert end == start_of_day(day + timedelta(days=7), timezone)


async def test_the_same_instant_counts_in_two_weeks(session: AsyncSession) -> None:
    """Two engagements of one trainer, an hour each around one instant, one week of her own."""
    now = ONE_INSTANT + 5 * HOUR
    zones = ("America/Los_Angeles", "Asia/Kolkata")
    trainer = await people.trainer(session, now=now)
    for place, timezone in enumerate(zones):
        at = await deal(session, now=now, trainer=trainer, pay_week_timezone=timezone)
        await log(session, at, ONE_INSTANT + (place - 0.5) * HOUR, now=now)
    rows = list(await session.scalars(select(TimeEntry).order_by(TimeEntry.started_at)))
    weeks = [
        row.week_starts_at.astimezone(zone(timezone)).isocalendar().week
        for row, timezone in zip(rows, zones, strict=True)
    ]
    assert weeks == [ITS_WEEKS[timezone] for timezone in zones] == [47, 48]
    used = await counters(session)
    assert used["trainer_week 2026-11-23"] == 7_200
    assert {key: used[key] for key in used if key.startswith("engagement_week")} == {
        "engagement_week 2026-11-16": 3_600,
        "engagement_week 2026-11-22": 3_600,
    }
    await assert_proven(session)


async def test_new_year_is_one_sheet(session: AsyncSession) -> None:
    now = datetime(2027, 1, 4, 12, tzinfo=UTC)
    at = await at_work(session, now, "UTC")
    done: list[Recorded] = [
        await log(session, at, datetime.combine(day, time(9), UTC), now=now) for day in WEEK_53
    ]
    assert len({each.entry.root.timesheet_id for each in done}) == 1
    assert (await counters(session))["engagement_week 2026-12-28"] == 4 * 3_600


@pytest.mark.parametrize(
    "start",
    [
        datetime(2028, 2, 29, 23, 30, tzinfo=UTC),
        datetime(2038, 1, 19, 3, 13, 37, tzinfo=UTC),  # 2**31 seconds fall into its last half
        datetime(2100, 2, 28, 23, 30, tzinfo=UTC),  # not a leap year
    ],
)
async def test_days_that_calendars_and_counters_forget(
    session: AsyncSession, start: datetime
) -> None:
    now = start + 6 * HOUR
    at = await at_work(session, now, "Europe/Berlin")
    done = await log(session, at, start, now=now)
    (piece,) = done.entry.pieces
    assert (piece.started_at, piece.worked_seconds) == (start, 3_600)
    late = await recording.record_time(
        session, at.worker, done.entry.root.id,
        recording.TimeSaid(at.engagement.id, start, start + HOUR), now=now + timedelta(days=365),
    )  # fmt: skip
    assert late.unchanged
    await assert_proven(session)
