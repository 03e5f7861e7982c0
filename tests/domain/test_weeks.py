"""Pay weeks over clock changes, as UTC bounds."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.weeks import PayWeek, split_at_weeks, start_of_day, trainer_week_of, week_of

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
         "Pacific/Kiritimati", "Africa/Casablanca", "America/Havana", "Pacific/Apia")  # fmt: skip
INSTANTS = st.integers(1_546_300_800, 1_956_528_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@pytest.mark.parametrize(
    ("zone", "monday", "hours"),
    [
        ("America/New_York", date(2026, 3, 2), 167),
        ("America/New_York", date(2026, 10, 26), 169),
        ("Europe/Berlin", date(2026, 3, 23), 167),
        ("Europe/Berlin", date(2026, 10, 19), 169),
        ("Australia/Lord_Howe", date(2026, 3, 30), 168.5),
        ("Australia/Lord_Howe", date(2026, 9, 28), 167.5),
        ("Africa/Cairo", date(2026, 4, 20), 167),
        ("Asia/Beirut", date(2026, 3, 23), 167),
        ("America/Havana", date(2026, 3, 2), 167),
        ("America/Santiago", date(2026, 8, 31), 167),
        ("Africa/Casablanca", date(2026, 2, 9), 169),
        ("Asia/Kolkata", date(2026, 3, 23), 168),
        ("Asia/Kolkata", date(2026, 10, 19), 168),
    ],
)
def test_a_week_has_its_true_length(zone: str, monday: date, hours: float) -> None:
    week = week_of(datetime(monday.year, monday.month, monday.day, 12, tzinfo=ZoneInfo(zone)),
                   PayWeek(zone, 1))  # fmt: skip
    assert week.ends_at - week.starts_at == timedelta(hours=hours)
    assert week.starts_at.astimezone(ZoneInfo(zone)).date() == monday


@pytest.mark.parametrize(
    ("zone", "at", "starts_at", "ends_at"),
    [
        ("America/New_York", datetime(2026, 3, 4, tzinfo=UTC),
         datetime(2026, 3, 2, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 10, 28, tzinfo=UTC),
         datetime(2026, 10, 26, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 25, tzinfo=UTC),
         datetime(2026, 3, 22, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 21, tzinfo=UTC),
         datetime(2026, 10, 18, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_bounds_in_utc(zone: str, at: datetime, starts_at: datetime, ends_at: datetime) -> None:
    week = week_of(at, PayWeek(zone, 1))
    assert (week.starts_at, week.ends_at) == (starts_at, ends_at)


def test_one_instant_two_weeks() -> None:
    at = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    starts = {
        zone: week_of(at, PayWeek(zone, 1)).starts_at.astimezone(ZoneInfo(zone)).isocalendar().week
        for zone in ("America/Los_Angeles", "America/New_York", "Europe/London", "Asia/Kolkata",
                     "Pacific/Kiritimati")
    }  # fmt: skip
    assert list(starts.values()) == [47, 47, 48, 48, 48]


def test_the_days_around_new_year_are_one_week() -> None:
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3)]
    weeks = {
        week_of(datetime(d.year, d.month, d.day, 9, tzinfo=UTC), PayWeek("UTC", 1)) for d in days
    }
    assert {w.starts_at for w in weeks} == {datetime(2026, 12, 28, tzinfo=UTC)}


def test_the_first_day_is_the_engagements() -> None:
    at = datetime(2026, 11, 25, 9, tzinfo=UTC)  # a Wednesday
    starts = [week_of(at, PayWeek("UTC", day)).starts_at.day for day in range(1, 8)]
    assert starts == [23, 24, 25, 19, 20, 21, 22]


def test_a_skipped_midnight_begins_at_the_jump() -> None:
    assert start_of_day(date(2026, 3, 8), "America/Havana") == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert start_of_day(date(2011, 12, 30), "Pacific/Apia") == datetime(
        2011, 12, 30, 10, tzinfo=UTC
    )


@given(INSTANTS, st.sampled_from(ZONES), st.integers(1, 7))
def test_weeks_tile_time(at: datetime, zone: str, first_day: int) -> None:
    pay_week = PayWeek(zone, first_day)
    week = week_of(at, pay_week)
    assert week.starts_at <= at < week.ends_at
    assert week_of(week.ends_at, pay_week).starts_at == week.ends_at
    assert week_of(week.ends_at - timedelta(seconds=1), pay_week) == week
    assert timedelta(hours=166) < week.ends_at - week.starts_at < timedelta(hours=170)


@given(INSTANTS, st.integers(1, 8 * 24 * 3600), st.sampled_from(ZONES), st.integers(1, 7))
def test_pieces_are_the_whole(at: datetime, seconds: int, zone: str, first_day: int) -> None:
    pay_week = PayWeek(zone, first_day)
    end = at + timedelta(seconds=seconds)
    spans = split_at_weeks(at, end, pay_week)
    assert spans[0].started_at == at
    assert spans[-1].ended_at == end
    assert all(a.ended_at == b.started_at for a, b in itertools.pairwise(spans))
    for span in spans:
        week = week_of(span.started_at, pay_week)
        assert span.week_starts_at == week.starts_at
        assert span.ended_at <= week.ends_at


def test_nothing_has_no_pieces() -> None:
    at = datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert split_at_weeks(at, at, PayWeek("UTC", 1)) == []


def test_a_trainers_own_week_is_monday_utc() -> None:
    week = trainer_week_of(datetime(2026, 11, 29, 23, 59, tzinfo=ZoneInfo("America/New_York")))
    assert week.starts_at == datetime(2026, 11, 30, tzinfo=UTC)
