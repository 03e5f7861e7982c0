"""Pay weeks over clock changes, as UTC bounds."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.hours import seconds_between
from app.domain.time_zones import all_zones, zone
from app.domain.weeks import PayWeek, split_at_weeks, start_of_day, trainer_week_of, week_of
from tests.factories.time_vectors import (
    ITS_WEEKS,
    ONE_INSTANT,
    OTHER_WEEK_53,
    READINGS,
    SKIPPED_MIDNIGHTS,
    WEEK_53,
    WEEKS,
)

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
         "Pacific/Kiritimati", "Africa/Casablanca", "America/Havana", "Pacific/Apia")  # fmt: skip
INSTANTS = st.integers(1_546_300_800, 1_956_528_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@pytest.mark.parametrize(("name", "monday", "hours", "starts_at", "ends_at"), WEEKS)
def test_a_week_has_its_bounds_and_true_length(
    name: str, monday: date, hours: float, starts_at: datetime, ends_at: datetime
) -> None:
    inside = [starts_at, starts_at + (ends_at - starts_at) / 2, ends_at - timedelta(seconds=1)]
    for at in inside:
        week = week_of(at, PayWeek(name, 1))
        assert (week.starts_at, week.ends_at) == (starts_at, ends_at)
    assert ends_at - starts_at == timedelta(hours=hours)
    assert starts_at.astimezone(zone(name)).date() == monday
    assert week_of(ends_at, PayWeek(name, 1)).starts_at == ends_at


@pytest.mark.parametrize(("name", "day", "begins_at"), SKIPPED_MIDNIGHTS)
def test_a_day_without_midnight_begins_at_the_jump(
    name: str, day: date, begins_at: datetime
) -> None:
    assert start_of_day(day, name) == begins_at
    assert begins_at.astimezone(zone(name)).date() == day
    before = begins_at - timedelta(seconds=1)
    assert before.astimezone(zone(name)).date() == day - timedelta(days=1)
    week = week_of(begins_at, PayWeek(name, day.isoweekday()))
    assert week.starts_at == begins_at
    assert week_of(before, PayWeek(name, day.isoweekday())).ends_at == begins_at


def test_every_day_of_every_zone_begins_where_its_date_does() -> None:
    """All zones, all days on which clocks are changed from 2026 to 2028; and weeks tile there."""
    found = 0
    for name in sorted(all_zones()):
        for day in _days_of_change(name):
            begins_at = start_of_day(day, name)
            found += 1
            assert begins_at.astimezone(zone(name)).date() == day, (name, day)
            before = begins_at - timedelta(seconds=1)
            assert before.astimezone(zone(name)).date() < day, (name, day)
            pay_week = PayWeek(name, day.isoweekday())
            assert week_of(begins_at, pay_week).starts_at == begins_at, (name, day)
            assert week_of(before, pay_week).ends_at == begins_at, (name, day)
    assert found > 3_000


@cache
def _days_of_change(name: str) -> list[date]:
    """The days of all stretches of a week at whose ends a zone has different offsets."""
    place, days = zone(name), list[date]()
    for start in range(0, 3 * 365, 7):
        noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=start + n) for n in (0, 7)]
        if noons[0].astimezone(place).utcoffset() != noons[1].astimezone(place).utcoffset():
            days += [noons[0].date() + timedelta(days=n) for n in range(8)]
    return days


def test_one_instant_two_weeks() -> None:
    found = {
        name: week_of(ONE_INSTANT, PayWeek(name, 1)).starts_at.astimezone(zone(name))
        for name in ITS_WEEKS
    }
    assert {name: start.isocalendar().week for name, start in found.items()} == ITS_WEEKS


def test_a_week_is_known_by_its_start_not_by_its_number() -> None:
    """53 of 2026 holds days of 2027; 53 of 2020 is another week."""

    def week(day: date) -> datetime:
        return week_of(datetime.combine(day, time(9), UTC), PayWeek("UTC", 1)).starts_at

    assert {week(day) for day in WEEK_53} == {datetime(2026, 12, 28, tzinfo=UTC)}
    assert {day.isocalendar()[:2] for day in WEEK_53} == {(2026, 53)}
    assert OTHER_WEEK_53.isocalendar().week == 53
    assert week(OTHER_WEEK_53) == datetime(2020, 12, 28, tzinfo=UTC)


@pytest.mark.parametrize(("name", "start", "end", "said", "true"), READINGS)
def test_worked_time_is_true_time(
    name: str, start: str, end: str, said: float, true: float
) -> None:
    """Two datetimes of one zone subtract as readings; instants do not."""
    one, other = (datetime.fromisoformat(each).replace(tzinfo=zone(name)) for each in (start, end))
    assert other - one == timedelta(hours=said)
    assert seconds_between(one, other) == true * 3600
    spans = split_at_weeks(one, other, PayWeek(name, 1))
    assert sum(seconds_between(s.started_at, s.ended_at) for s in spans) == true * 3600


def test_the_first_day_is_the_engagements() -> None:
    at = datetime(2026, 11, 25, 9, tzinfo=UTC)  # a Wednesday
    starts = [week_of(at, PayWeek("UTC", day)).starts_at.day for day in range(1, 8)]
    assert starts == [23, 24, 25, 19, 20, 21, 22]


def test_a_day_that_a_zone_left_out_begins_where_the_next_one_does() -> None:
    """Samoa crossed the date line: 30 December 2011 was not."""
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
