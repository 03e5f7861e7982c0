"""The timer: what it reserves, how the clock keeps it going, and that stopping always works."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import AlreadyUsed, NotFound
from app.engagements import pausing
from app.timesheets import attending, recording, submitting, timing
from app.timesheets.queries import EntryFacts
from app.timesheets.refusals import (
    AfterLastDay,
    EngagementNotActive,
    HourCapReached,
    TimeDeleted,
    TimeOverlaps,
    TimerAlreadyRunning,
)
from app.timesheets.tables import TrainerWeekCap
from app.timesheets.timing import Started, TimerSaid
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, MONDAY, NOW, assert_proven, counters, log

MINUTE = timedelta(minutes=1)


async def start(
    session: AsyncSession,
    at: Deal,
    *,
    id_: UUID | None = None,
    now: datetime = NOW,
    phone: datetime | None = None,
    note: str | None = None,
) -> Started:
    said = TimerSaid(at.engagement.id, phone, note)
    return await timing.start_timer(session, at.worker, id_ or uuid4(), said, now=now)


async def stop(
    session: AsyncSession,
    at: Deal,
    started: Started,
    now: datetime,
    *,
    stopped_at: datetime | None = None,
) -> EntryFacts:
    return await timing.stop_timer(
        session, at.worker, started.entry.root.id, stopped_at=stopped_at, now=now
    )


async def tick(session: AsyncSession, now: datetime) -> None:
    for entry_id in await attending.due(session, now=now):
        await attending.attend(session, entry_id, now=now)


def pieces(entry: EntryFacts) -> list[tuple[str, int, str | None]]:
    """State, minutes from NOW at which it ends, binding cap."""
    return [
        (p.state.value, int((p.ended_at - NOW) / MINUTE) if p.ended_at else -1, p.binding_cap)
        for p in entry.pieces
    ]


async def test_start_and_stop(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at)
    assert timer.created
    assert timer.entry.root.state == "running"
    assert timer.entry.root.stops_by_at == NOW + HOUR
    assert (await counters(session))["engagement_total"] == 3_600
    await assert_proven(session)
    entry = await stop(session, at, timer, NOW + 25 * MINUTE)
    assert pieces(entry) == [("recorded", 25, None)]
    assert entry.root.timesheet_id is not None
    assert (await counters(session))["engagement_total"] == 1_500
    again = await stop(session, at, timer, NOW + 40 * MINUTE)
    assert again == entry
    await assert_proven(session)


async def test_the_same_start_again_shows_what_stands(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    id_ = uuid4()
    timer = await start(session, at, id_=id_, phone=NOW, note="Task 7")
    again = await start(session, at, id_=id_, phone=NOW, note="Task 7", now=NOW + MINUTE)
    assert (again.created, again.entry) == (False, timer.entry)
    for other in ({"note": "Task 8"}, {"phone": NOW - HOUR, "note": "Task 7"}):
        with pytest.raises(AlreadyUsed):
            await start(session, at, id_=id_, **other)  # type: ignore[arg-type]
    stopped = await stop(session, at, timer, NOW + 5 * MINUTE)
    again = await start(session, at, id_=id_, phone=NOW, note="Task 7", now=NOW + 9 * MINUTE)
    assert again.entry == stopped
    with pytest.raises(AlreadyUsed):
        await log(session, at, NOW - HOUR, id_=id_)


async def test_one_timer_at_a_time(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    other = await deal(session, now=NOW, trainer=at.trainer)
    timer = await start(session, at)
    with pytest.raises(TimerAlreadyRunning) as refused:
        await start(session, other, now=NOW + MINUTE)
    assert refused.value.facts == {"entry_id": str(timer.entry.root.id)}
    with pytest.raises(TimeOverlaps):
        await log(session, other, NOW - HOUR, 1.01, now=NOW + 5 * MINUTE)
    await stop(session, at, timer, NOW + MINUTE)
    await start(session, other, now=NOW + MINUTE)
    await assert_proven(session)


async def test_nothing_left(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, budget_minor=15_000)
    await log(session, at, MONDAY, 1)
    with pytest.raises(HourCapReached) as refused:
        await start(session, at)
    assert refused.value.facts == {"cap": "project"}


async def test_less_than_a_slice_left(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=90)
    await log(session, at, MONDAY, 1)
    timer = await start(session, at)
    assert timer.entry.root.stops_by_at == NOW + 30 * MINUTE
    assert (timer.allowance.binding_cap, timer.allowance.left_minutes) == ("engagement_week", 0)


async def test_a_stop_long_after_the_cap_keeps_all_of_it(session: AsyncSession) -> None:
    """The clock did not come by: the stop itself takes what fits and keeps the rest as over_cap."""
    at = await deal(session, now=NOW, weekly_minutes=90)
    timer = await start(session, at)
    entry = await stop(session, at, timer, NOW + 120 * MINUTE)
    assert pieces(entry) == [("recorded", 90, None), ("over_cap", 120, "engagement_week")]
    await assert_proven(session)


async def test_the_clock_extends_and_then_closes_at_the_cap(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=90)
    timer = await start(session, at)
    assert await attending.due(session, now=NOW + 29 * MINUTE) == []
    await tick(session, NOW + 40 * MINUTE)
    entry = (await start(session, at, id_=timer.entry.root.id)).entry
    assert entry.root.stops_by_at == NOW + 90 * MINUTE
    await assert_proven(session)
    await tick(session, NOW + 89 * MINUTE)
    await tick(session, NOW + 90 * MINUTE)
    entry = (await start(session, at, id_=timer.entry.root.id)).entry
    assert pieces(entry) == [("recorded", 90, None), ("running", -1, "engagement_week")]
    await tick(session, NOW + 100 * MINUTE)
    await assert_proven(session)
    with pytest.raises(TimerAlreadyRunning):
        await start(session, at, now=NOW + 95 * MINUTE)
    entry = await stop(session, at, timer, NOW + 130 * MINUTE)
    assert pieces(entry) == [("recorded", 90, None), ("over_cap", 130, "engagement_week")]
    assert await stop(session, at, timer, NOW + 140 * MINUTE) == entry
    await assert_proven(session)


async def test_a_tail_takes_room_that_came_back(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=90)
    earlier = uuid4()
    await log(session, at, MONDAY, 0.5, id_=earlier)
    timer = await start(session, at)
    await tick(session, NOW + 60 * MINUTE)
    await recording.delete_time(session, at.worker, earlier, now=NOW + 60 * MINUTE)
    entry = await stop(session, at, timer, NOW + 100 * MINUTE)
    assert pieces(entry) == [
        ("recorded", 60, None),
        ("recorded", 90, None),
        ("over_cap", 100, "engagement_week"),
    ]
    await assert_proven(session)


async def test_a_forgotten_tail_ends_after_twelve_hours(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=30)
    timer = await start(session, at)
    await tick(session, NOW + 31 * MINUTE)
    await tick(session, NOW + 13 * HOUR)
    entry = await stop(session, at, timer, NOW + 14 * HOUR)
    assert pieces(entry) == [
        ("recorded", 30, None),
        ("over_cap", 30 + 12 * 60, "engagement_week"),
    ]
    await assert_proven(session)


async def test_the_clock_comes_by_after_all_of_it(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=30)
    timer = await start(session, at)
    await tick(session, NOW + 20 * HOUR)
    entry = await stop(session, at, timer, NOW + 21 * HOUR)
    assert pieces(entry) == [
        ("recorded", 30, None),
        ("over_cap", 30 + 12 * 60, "engagement_week"),
    ]


async def test_a_forgotten_timer_ends_after_twelve_hours(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at)
    await tick(session, NOW + 5 * HOUR)
    await tick(session, NOW + 30 * HOUR)
    entry = await stop(session, at, timer, NOW + 30 * HOUR)
    assert pieces(entry) == [("recorded", 720, None)]
    await assert_proven(session)


async def test_a_stop_after_twelve_hours_without_the_clock(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at)
    entry = await stop(session, at, timer, NOW + 30 * HOUR)
    assert pieces(entry) == [("recorded", 720, None)]


@pytest.mark.parametrize("ahead", [-2 * HOUR, timedelta(), 2 * HOUR])
async def test_the_phones_clock_is_put_right(session: AsyncSession, ahead: timedelta) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at, phone=NOW + ahead)
    assert timer.entry.root.started_at == NOW
    entry = await stop(session, at, timer, NOW + 40 * MINUTE, stopped_at=NOW + ahead + 30 * MINUTE)
    assert pieces(entry) == [("recorded", 30, None)]


@pytest.mark.parametrize(
    ("stopped_at", "seconds"),
    [(NOW + HOUR, 2_400), (NOW - HOUR, 1), (NOW, 1), (NOW + timedelta(seconds=1), 1)],
)
async def test_a_stop_is_never_later_than_its_receipt_nor_before_the_start(
    session: AsyncSession, stopped_at: datetime, seconds: int
) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at)
    entry = await stop(session, at, timer, NOW + 40 * MINUTE, stopped_at=stopped_at)
    assert entry.root.worked_seconds == seconds


async def test_start_and_stop_in_the_same_second(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at)
    entry = await stop(session, at, timer, NOW)
    assert entry.root.worked_seconds == 1
    following = await start(session, at)
    assert following.entry.root.started_at == NOW + timedelta(seconds=1)
    await assert_proven(session)


async def test_a_start_does_not_run_into_time_logged_ahead(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    await log(session, at, NOW - HOUR, 1 + 1 / 60)
    timer = await start(session, at)
    assert timer.entry.root.started_at == NOW + MINUTE
    with pytest.raises(TimerAlreadyRunning):
        await start(session, at)


async def test_a_stop_from_before_the_clock_closed_it_wins(session: AsyncSession) -> None:
    """The phone was offline: the clock went on past her stop, and gives the rest back."""
    at = await deal(session, now=NOW, weekly_minutes=90)
    timer = await start(session, at)
    await tick(session, NOW + 100 * MINUTE)
    entry = await stop(session, at, timer, NOW + 200 * MINUTE, stopped_at=NOW + 20 * MINUTE)
    assert pieces(entry) == [("recorded", 20, None)]
    assert (await counters(session))["engagement_total"] == 1_200
    late = await stop(session, at, timer, NOW + 201 * MINUTE, stopped_at=NOW + 10 * MINUTE)
    assert late == entry
    await assert_proven(session)


async def test_what_was_handed_in_meanwhile_stays(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at)
    await tick(session, NOW + 13 * HOUR)
    entry = (await start(session, at, id_=timer.entry.root.id)).entry
    assert entry.root.timesheet_id is not None
    await submitting.submit(session, at.worker, entry.root.timesheet_id, now=NOW + 13 * HOUR)
    entry = await stop(session, at, timer, NOW + 14 * HOUR, stopped_at=NOW + HOUR)
    assert pieces(entry) == [("on_timesheet", 720, None)]
    await assert_proven(session)


async def test_a_timer_over_a_pay_week(session: AsyncSession) -> None:
    sunday = MONDAY + timedelta(days=7) - 30 * MINUTE
    at = await deal(session, now=NOW, weekly_minutes=40)
    timer = await start(session, at, now=sunday)
    assert timer.entry.root.stops_by_at == sunday + 60 * MINUTE
    await assert_proven(session)
    entry = await stop(session, at, timer, sunday + 50 * MINUTE)
    assert [(p.state.value, p.worked_seconds) for p in entry.pieces] == [
        ("recorded", 1_800),
        ("recorded", 1_200),
    ]
    assert len({p.timesheet_id for p in entry.pieces}) == 2
    await assert_proven(session)


async def test_not_beyond_the_last_day(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, ends_on=date(2026, 11, 25))
    late = datetime(2026, 11, 25, 23, 30, tzinfo=NOW.tzinfo)
    timer = await start(session, at, now=late)
    assert timer.entry.root.stops_by_at == late + 30 * MINUTE
    await tick(session, late + 20 * MINUTE)
    await tick(session, late + 45 * MINUTE)
    entry = await stop(session, at, timer, late + 50 * MINUTE)
    assert [(p.state.value, p.worked_seconds) for p in entry.pieces] == [("recorded", 1_800)]
    with pytest.raises(AfterLastDay):
        await start(session, at, now=late + HOUR)


async def test_only_where_she_works(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    stranger = await deal(session, now=NOW)
    paused = await deal(session, now=NOW, state="paused")
    timer = await start(session, at)
    with pytest.raises(NotFound):
        await stop(session, stranger, timer, NOW + MINUTE)
    with pytest.raises(NotFound):
        await timing.stop_timer(session, at.worker, uuid4(), stopped_at=None, now=NOW)
    with pytest.raises(AlreadyUsed):
        await start(session, stranger, id_=timer.entry.root.id)
    with pytest.raises(EngagementNotActive):
        await start(session, paused)


async def test_a_paused_engagement_is_not_extended(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at)
    await pausing.pause(session, at.client, at.engagement.id, now=NOW + 50 * MINUTE)
    await tick(session, NOW + 90 * MINUTE)
    entry = await stop(session, at, timer, NOW + 95 * MINUTE)
    assert pieces(entry) == [("recorded", 50, None)]


async def test_a_running_timer_can_be_thrown_away_or_put_right(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    timer = await start(session, at)
    await recording.delete_time(session, at.worker, timer.entry.root.id, now=NOW + 9 * MINUTE)
    assert set((await counters(session)).values()) == {0}
    entry = await stop(session, at, timer, NOW + 10 * MINUTE)
    assert entry.root.state == "deleted"
    with pytest.raises(TimeDeleted):
        await start(session, at, id_=timer.entry.root.id)
    other = await start(session, at, now=NOW + 10 * MINUTE)
    edited = await log(
        session, at, NOW - HOUR, 0.5, id_=other.entry.root.id, if_version=1, now=NOW + 11 * MINUTE
    )
    assert edited.entry.root.state == "recorded"
    assert await stop(session, at, other, NOW + 12 * MINUTE) == edited.entry
    await assert_proven(session)


async def test_her_own_week_is_for_all_her_timers(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=10))
    await session.flush()
    timer = await start(session, at)
    assert timer.entry.root.stops_by_at == NOW + 10 * MINUTE
    assert timer.allowance.binding_cap == "trainer_week"
