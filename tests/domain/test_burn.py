"""When minutes are gone at the pace of the last weeks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.burn import forecast

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
HOURS = st.integers(1, 10_000).map(lambda hours: hours * 3_600)


def test_twenty_hours_a_week_use_up_forty_in_two() -> None:
    found = forecast(
        left_seconds=40 * 3_600, worked_seconds=40 * 3_600, since=NOW - 2 * WEEK, now=NOW
    )
    assert found.pace_seconds_per_week == 20 * 3_600
    assert found.exhausted_at == NOW + 2 * WEEK


def test_no_cap_no_work_and_nothing_left() -> None:
    since = NOW - WEEK
    endless = forecast(left_seconds=None, worked_seconds=3_600, since=since, now=NOW)
    assert (endless.pace_seconds_per_week, endless.exhausted_at) == (3_600, None)
    idle = forecast(left_seconds=3_600, worked_seconds=0, since=NOW, now=NOW)
    assert (idle.pace_seconds_per_week, idle.exhausted_at) == (0, None)
    spent = forecast(left_seconds=-5, worked_seconds=3_600, since=since, now=NOW)
    assert spent.exhausted_at == NOW
    slow = forecast(left_seconds=10**9, worked_seconds=60, since=since, now=NOW)
    assert slow.exhausted_at is None


@given(HOURS, HOURS, st.integers(0, 40))
def test_more_left_never_ends_earlier(left: int, worked: int, days: int) -> None:
    since = NOW - timedelta(days=days)
    one = forecast(left_seconds=left, worked_seconds=worked, since=since, now=NOW)
    more = forecast(left_seconds=left + 3_600, worked_seconds=worked, since=since, now=NOW)
    assert one.pace_seconds_per_week == more.pace_seconds_per_week
    if one.exhausted_at is None:
        assert more.exhausted_at is None
    elif more.exhausted_at is not None:
        assert NOW <= one.exhausted_at <= more.exhausted_at
