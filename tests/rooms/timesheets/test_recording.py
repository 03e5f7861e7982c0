"""Logging time: what is kept, where it counts, what is refused."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import AlreadyUsed, IllegalMove, InvalidValues, NotFound, Refusal
from app.domain.timesheets import EntryState
from app.timesheets import recording
from app.timesheets.recording import TimeSaid
from app.timesheets.refusals import (
    AfterLastDay,
    BeforeFirstDay,
    CredentialLapsed,
    EndsInTheFuture,
    EngagementNotActive,
    EntryTooLong,
    LoggedTooLate,
    NotForward,
    TimeDeleted,
    TimeOverlaps,
    VersionDiffers,
)
from app.timesheets.tables import TimeEntry, Timesheet, TrainerWeekCap
from tests.factories import people
from tests.factories.at_work import deal
from tests.factories.hours import (
    HOUR,
    MONDAY,
    NOW,
    assert_proven,
    counters,
    log,
    states,
)


async def test_an_hour_is_recorded_and_counted_everywhere(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, budget_minor=100_000, weekly_minutes=600)
    done = await log(session, at, MONDAY + 9 * HOUR)
    assert done.created
    assert states(done) == [("recorded", 60, None)]
    assert await counters(session) == {
        "trainer_week 2026-11-23": 3_600,
        "engagement_week 2026-11-23": 3_600,
        "engagement_total": 3_600,
        "position_total": 3_600,
        "project_budget": 3_600 * 15_000,
        "credit_limit": 3_600 * 15_000,
    }
    left = {c.cap: (c.cap_minutes, c.left_minutes) for c in done.allowance.caps}
    # 1,000.00 of budget at 150.00 an hour are 400 minutes, of which 60 are used.
    assert left == {
        "trainer_week": (2400, 2340),
        "engagement_week": (600, 540),
        "project": (None, 340),
    }
    assert (done.allowance.binding_cap, done.allowance.left_minutes) == ("project", 340)
    sheet = (await session.scalars(select(Timesheet))).one()
    assert (sheet.state, sheet.week_starts_at) == ("open", MONDAY)
    assert done.entry.root.timesheet_id == sheet.id


async def test_the_same_again_is_the_same(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    id_ = uuid4()
    first = await log(session, at, MONDAY + 9 * HOUR, id_=id_)
    again = await log(session, at, MONDAY + 9 * HOUR, id_=id_)
    assert not again.created
    assert again.entry == first.entry
    assert again.allowance == first.allowance
    assert (await counters(session))["engagement_total"] == 3_600


async def test_another_body_needs_the_version(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    id_ = uuid4()
    await log(session, at, MONDAY + 9 * HOUR, id_=id_, note="first")
    with pytest.raises(AlreadyUsed) as refused:
        await log(session, at, MONDAY + 9 * HOUR, 2, id_=id_)
    assert refused.value.facts["current"]["note"] == "first"  # type: ignore[index, call-overload]
    assert refused.value.facts["yours"]["note"] is None  # type: ignore[index, call-overload]
    assert refused.value.facts["differing"] == ["ended_at", "note"]
    with pytest.raises(VersionDiffers):
        await log(session, at, MONDAY + 9 * HOUR, 2, id_=id_, if_version=7)
    with pytest.raises(VersionDiffers):
        await log(session, at, MONDAY + 20 * HOUR, 2, if_version=1)
    edited = await log(session, at, MONDAY + 10 * HOUR, 2, id_=id_, if_version=1)
    assert states(edited) == [("recorded", 120, None)]
    assert edited.entry.version == 2
    assert (await counters(session))["engagement_total"] == 7_200


async def test_an_edit_may_grow_over_its_cap_and_shrink_again(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=90)
    id_ = uuid4()
    await log(session, at, MONDAY + 9 * HOUR, id_=id_)
    grown = await log(session, at, MONDAY + 9 * HOUR, 2, id_=id_, if_version=1)
    assert states(grown) == [("recorded", 90, None), ("over_cap", 30, "engagement_week")]
    shrunk = await log(session, at, MONDAY + 9 * HOUR, 0.5, id_=id_, if_version=2)
    assert states(shrunk)[:1] == [("recorded", 30, None)]
    assert (await counters(session))["engagement_week 2026-11-23"] == 1_800
    grown = await log(session, at, MONDAY + 9 * HOUR, 3, id_=id_, if_version=shrunk.entry.version)
    assert states(grown) == [("recorded", 90, None), ("over_cap", 90, "engagement_week")]
    assert grown.entry.root.id == id_
    await assert_proven(session)


async def test_time_does_not_move_to_another_engagement(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    other = await deal(session, now=NOW, trainer=at.trainer)
    id_ = uuid4()
    await log(session, at, MONDAY + 9 * HOUR, id_=id_)
    with pytest.raises(InvalidValues):
        await log(session, other, MONDAY + 9 * HOUR, id_=id_, if_version=1)


async def test_what_does_not_fit_is_kept(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=90)
    first = await log(session, at, MONDAY + 9 * HOUR)
    second = await log(session, at, MONDAY + 10 * HOUR)
    third = await log(session, at, MONDAY + 11 * HOUR)
    assert states(first) == [("recorded", 60, None)]
    assert states(second) == [("recorded", 30, None), ("over_cap", 30, "engagement_week")]
    assert states(third) == [("over_cap", 60, "engagement_week")]
    over = second.entry.pieces[1]
    assert over.decide_by_at == NOW + timedelta(days=5)
    assert over.timesheet_id is None
    assert over.decider == "company"
    assert third.entry.root.id == third.entry.root.root_id
    assert (third.allowance.binding_cap, third.allowance.left_minutes) == ("engagement_week", 0)
    await assert_proven(session)


@pytest.mark.parametrize(
    ("terms", "cap"),
    [
        ({"weekly_minutes": 30}, "engagement_week"),
        ({"total_minutes": 30}, "engagement_total"),
        ({"position_total": 30}, "position_total"),
        ({"budget_minor": 7_500}, "project_budget"),
        ({"bill_minor": 2_000_000}, "credit_limit"),  # the default limit is 10,000.00
    ],
)
async def test_each_cap_binds(session: AsyncSession, terms: dict[str, int], cap: str) -> None:
    at = await deal(session, now=NOW, **terms)
    done = await log(session, at, MONDAY + 9 * HOUR)
    assert states(done) == [("recorded", 30, None), ("over_cap", 30, cap)]
    await assert_proven(session)


async def test_the_trainers_week_counts_over_all_companies(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    other = await deal(session, now=NOW, trainer=at.trainer)
    session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=90))
    await session.flush()
    await log(session, at, MONDAY + 9 * HOUR)
    done = await log(session, other, MONDAY + 11 * HOUR)
    assert states(done) == [("recorded", 30, None), ("over_cap", 30, "trainer_week")]
    assert done.entry.pieces[1].decider == "operations"
    await assert_proven(session)


async def test_a_pay_week_splits_an_entry(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, pay_week_timezone="America/New_York")
    turn = MONDAY + 5 * HOUR  # midnight in New York
    done = await log(session, at, turn - HOUR, 2)
    assert [(p.ended_at, p.week_starts_at) for p in done.entry.pieces] == [
        (turn, turn - timedelta(days=7)),
        (turn + HOUR, turn),
    ]
    sheets = {s.id: s.week_starts_at for s in await session.scalars(select(Timesheet))}
    assert [sheets[p.timesheet_id] for p in done.entry.pieces if p.timesheet_id] == [
        turn - timedelta(days=7),
        turn,
    ]
    counted = await counters(session)
    assert counted["trainer_week 2026-11-23"] == 7_200
    assert counted["engagement_week 2026-11-16"] == counted["engagement_week 2026-11-23"] == 3_600
    await assert_proven(session)


async def test_touching_is_not_overlapping(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    other = await deal(session, now=NOW, trainer=at.trainer)
    first = await log(session, at, MONDAY + 9 * HOUR)
    await log(session, other, MONDAY + 10 * HOUR)
    await log(session, other, MONDAY + 8 * HOUR)
    with pytest.raises(TimeOverlaps) as refused:
        await log(session, other, MONDAY + 9.5 * HOUR)
    assert refused.value.facts == {
        "entry_id": str(first.entry.root.id),
        "started_at": "2026-11-23T09:00:00+00:00",
        "ended_at": "2026-11-23T10:00:00+00:00",
    }
    await assert_proven(session)


async def test_deleted_time_is_given_back(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=90)
    id_ = uuid4()
    await log(session, at, MONDAY + 9 * HOUR, 2, id_=id_)
    await recording.delete_time(session, at.worker, id_, now=NOW)
    await recording.delete_time(session, at.worker, id_, now=NOW)
    assert set((await counters(session)).values()) == {0}
    with pytest.raises(TimeDeleted):
        await log(session, at, MONDAY + 9 * HOUR, 2, id_=id_)
    assert states(await log(session, at, MONDAY + 9 * HOUR, 1.5)) == [("recorded", 90, None)]
    await assert_proven(session)


async def test_submitted_time_stays(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    id_ = uuid4()
    done = await log(session, at, MONDAY + 9 * HOUR, id_=id_)
    row = await session.get_one(TimeEntry, id_)
    row.state = EntryState.ON_TIMESHEET
    await session.flush()
    with pytest.raises(IllegalMove):
        await recording.delete_time(session, at.worker, id_, now=NOW)
    with pytest.raises(IllegalMove):
        await log(session, at, MONDAY + 9 * HOUR, 2, id_=id_, if_version=done.entry.version)


async def test_what_is_not_hers_is_not_there(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    stranger = await deal(session, now=NOW)
    id_ = uuid4()
    await log(session, at, MONDAY + 9 * HOUR, id_=id_)
    with pytest.raises(NotFound):
        await recording.delete_time(session, stranger.worker, id_, now=NOW)
    with pytest.raises(NotFound):
        await recording.delete_time(session, stranger.worker, uuid4(), now=NOW)
    with pytest.raises(AlreadyUsed) as refused:
        await log(session, stranger, MONDAY + 9 * HOUR, id_=id_)
    assert refused.value.facts == {}
    with pytest.raises(NotFound):
        await recording.record_time(
            session,
            stranger.worker,
            uuid4(),
            TimeSaid(at.engagement.id, MONDAY, MONDAY + HOUR),
            now=NOW,
        )


async def test_the_id_of_a_piece_is_taken(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=30)
    done = await log(session, at, MONDAY + 9 * HOUR)
    with pytest.raises(AlreadyUsed):
        await log(session, at, MONDAY + 12 * HOUR, id_=done.entry.pieces[1].id)
    with pytest.raises(NotFound):
        await recording.delete_time(session, at.worker, done.entry.pieces[1].id, now=NOW)


@pytest.mark.parametrize(
    ("start", "hours", "refusal"),
    [
        (MONDAY, 0, NotForward),
        (MONDAY, -1, NotForward),
        (MONDAY - timedelta(days=8), 7 * 24 + 0.1, EntryTooLong),
        (NOW, 0.1, EndsInTheFuture),
        (datetime(2026, 11, 1, 23, tzinfo=UTC) - timedelta(minutes=30), 1, BeforeFirstDay),
        (datetime(2026, 11, 24, 22, 30, tzinfo=UTC), 1, AfterLastDay),
    ],
)
async def test_time_that_cannot_be(
    session: AsyncSession, start: datetime, hours: float, refusal: type[Refusal]
) -> None:
    at = await deal(
        session,
        now=NOW,
        starts_on=date(2026, 11, 2),
        ends_on=date(2026, 11, 24),
        pay_week_timezone="Europe/Berlin",
    )
    with pytest.raises(refusal):
        await log(session, at, start, hours)


async def test_the_edges_of_what_can_be(session: AsyncSession) -> None:
    at = await deal(
        session,
        now=NOW,
        starts_on=date(2026, 11, 2),
        ends_on=date(2026, 11, 25),
        pay_week_timezone="Europe/Berlin",
    )
    await log(session, at, datetime(2026, 11, 1, 23, tzinfo=UTC))
    await log(session, at, NOW - HOUR + timedelta(minutes=2))


async def test_thirty_days_late_and_no_later(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, starts_on=date(2026, 10, 1))
    with pytest.raises(LoggedTooLate):
        await log(session, at, NOW - timedelta(days=30, hours=1, seconds=1))
    await log(session, at, NOW - timedelta(days=30, hours=1))


async def test_no_new_time_without_an_active_engagement(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, state="paused")
    with pytest.raises(EngagementNotActive):
        await log(session, at, MONDAY)


async def test_late_time_goes_on_the_next_open_sheet(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    last_week = MONDAY - timedelta(days=7)
    first = await log(session, at, last_week + 9 * HOUR)
    sheet = await session.get_one(Timesheet, first.entry.root.timesheet_id)
    sheet.state = "submitted"
    await session.flush()
    late = await log(session, at, last_week + 11 * HOUR)
    own = await session.get_one(Timesheet, late.entry.root.timesheet_id)
    assert own.week_starts_at == MONDAY
    assert late.entry.root.week_starts_at == last_week
    own.state = "approved"
    await session.flush()
    later = await log(session, at, last_week + 13 * HOUR)
    following = await session.get_one(Timesheet, later.entry.root.timesheet_id)
    assert following.week_starts_at == MONDAY + timedelta(days=7)
    again = await log(session, at, last_week + 15 * HOUR)
    assert again.entry.root.timesheet_id == following.id


async def test_a_lowered_cap_takes_nothing_back(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=120))
    await session.flush()
    await log(session, at, MONDAY + 9 * HOUR, 2)
    (await session.get_one(TrainerWeekCap, at.trainer.id)).weekly_minutes = 60
    await session.flush()
    done = await log(session, at, MONDAY + 12 * HOUR)
    assert states(done) == [("over_cap", 60, "trainer_week")]
    assert {c.cap: c.left_minutes for c in done.allowance.caps}["trainer_week"] == 0
    await assert_proven(session)


async def test_an_engagement_of_a_company_in_another_currency(session: AsyncSession) -> None:
    company = await people.company(session, now=NOW, currency="EUR")
    at = await deal(session, now=NOW, company=company, currency="EUR")
    assert (await log(session, at, MONDAY)).entry.root.state == "recorded"


async def test_a_lapsed_credential_stops_new_time_only(session: AsyncSession) -> None:
    """Work of a day on which it still held can be logged after it has lapsed."""
    at = await deal(session, now=NOW)
    at.position.requirements = {**at.position.requirements, "credentials": ["us_npi"]}
    held = await people.credential(session, at.trainer.id, now=NOW, expires_on=date(2026, 11, 23))
    await session.flush()
    await log(session, at, MONDAY + 9 * HOUR)
    with pytest.raises(CredentialLapsed) as refused:
        await log(session, at, MONDAY + 33 * HOUR)
    assert len(refused.value.errors) == 1
    held.state = "revoked"
    await session.flush()
    with pytest.raises(CredentialLapsed):
        await log(session, at, MONDAY + 12 * HOUR)


async def test_true_time_over_a_clock_change(session: AsyncSession) -> None:
    """Berlin, 25 October: 01:30 to 03:30 on the clock are three hours, and count as three."""
    at = await deal(
        session, now=NOW, starts_on=date(2026, 10, 1), pay_week_timezone="Europe/Berlin"
    )
    now = datetime(2026, 10, 26, 12, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")
    said = TimeSaid(
        at.engagement.id,
        datetime(2026, 10, 25, 1, 30, tzinfo=berlin).astimezone(UTC),
        datetime(2026, 10, 25, 3, 30, tzinfo=berlin).astimezone(UTC),
    )
    done = await recording.record_time(session, at.worker, uuid4(), said, now=now)
    assert states(done) == [("recorded", 180, None)]
    assert done.allowance.pay_week.starts_at == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert done.allowance.pay_week.ends_at == datetime(2026, 10, 25, 23, tzinfo=UTC)
    await assert_proven(session)
