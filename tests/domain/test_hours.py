"""Rounding happens once, whatever the pieces."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.hours import (
    NOTHING,
    Line,
    Priced,
    further,
    minutes_from_seconds,
    money_from_minutes,
    price,
    seconds_between,
    seconds_by_rate,
)
from app.domain.rates import DatedRate
from app.domain.weeks import Span


def test_ten_minutes_at_150_are_25() -> None:
    assert money_from_minutes(10, 15_000) == 2_500


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 0), (29, 0), (30, 1), (89, 1), (90, 2), (3_600, 60)]
)
def test_minutes_are_rounded_half_up(seconds: int, minutes: int) -> None:
    assert minutes_from_seconds(seconds) == minutes


def test_a_late_line_posts_the_difference() -> None:
    first = further(NOTHING, 90, 15_000)  # 1.5 minutes are 2
    second = further(first, 90, 15_000)  # together 3 minutes
    assert first == Priced(90, 2, 500)
    assert second == Priced(90, 1, 250)


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=30), st.integers(1, 100_000))
def test_splitting_the_work_never_changes_its_price(parts: list[int], rate: int) -> None:
    total = NOTHING
    for seconds in parts:
        line = further(total, seconds, rate)
        assert line.minutes >= 0
        assert line.minor >= 0
        total = total + line
    assert total == further(NOTHING, sum(parts), rate)


@given(st.integers(0, 10_000_000), st.integers(1, 100_000))
def test_the_last_rounding_is_the_only_one(seconds: int, rate: int) -> None:
    line = further(NOTHING, seconds, rate)
    exact_minor_seconds = seconds * rate  # minor units × 3600
    half_a_minute = 30 * rate
    half_a_unit = 1_800
    assert abs(line.minor * 3_600 - exact_minor_seconds) <= half_a_minute + half_a_unit


def test_approved_time_never_shrinks() -> None:
    with pytest.raises(ValueError, match="shrinks"):
        further(NOTHING, -1, 100)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-29T01:30", "2026-03-29T03:30", 1),
        ("2026-10-25T01:30", "2026-10-25T03:30", 3),
    ],
)
def test_elapsed_time_is_true_time(start: str, end: str, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    first, last = (datetime.fromisoformat(each).replace(tzinfo=zone) for each in (start, end))
    assert seconds_between(first, last) == hours * 3_600


def test_the_second_half_past_two_is_an_hour_later() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert seconds_between(first, first.replace(fold=1)) == 3_600


@pytest.mark.parametrize("naive", ["start", "end"])
def test_an_instant_needs_its_offset(naive: str) -> None:
    aware, bare = datetime(2026, 1, 1, tzinfo=UTC), datetime.fromisoformat("2026-01-01")
    with pytest.raises(ValueError, match="offset"):
        seconds_between(*((bare, aware) if naive == "start" else (aware, bare)))


def test_a_span_over_a_change_of_rate_is_shared_out() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    rates = [
        DatedRate(noon - timedelta(days=9), 10_000, "USD"),
        DatedRate(noon, 12_000, "USD"),
        DatedRate(noon + timedelta(days=9), 14_000, "USD"),
    ]
    hour = timedelta(hours=1)
    spans = [(noon - hour, noon + 2 * hour), (noon - 3 * hour, noon - 2 * hour)]
    assert seconds_by_rate(spans, rates) == {10_000: 7_200, 12_000: 7_200}
    assert seconds_by_rate([], rates) == {}


def test_lines_are_by_week_and_rate() -> None:
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    last_week = monday - timedelta(days=7)
    hour = timedelta(hours=1)
    rates = [DatedRate(last_week, 10_000, "USD"), DatedRate(monday + hour, 12_000, "USD")]
    spans = [
        Span(monday, monday + 2 * hour, monday),
        Span(monday + 5 * hour, monday + 5 * hour + timedelta(seconds=30), monday),
        Span(last_week, last_week + timedelta(seconds=30), last_week),
    ]
    before = {(last_week, 10_000): Priced(30, 1, 167)}
    assert price(spans, rates, before) == [
        Line(last_week, 10_000, Priced(30, 0, 0)),
        Line(monday, 10_000, Priced(3_600, 60, 10_000)),
        Line(monday, 12_000, Priced(3_630, 61, 12_200)),
    ]


@given(
    st.lists(st.integers(1, 90_000), min_size=1, max_size=12),
    st.integers(1, 50_000),
    st.integers(0, 12),
)
def test_approving_in_any_portions_pays_the_same(seconds: list[int], rate: int, cut: int) -> None:
    """Two approvals of one week, cut anywhere, come to what one would."""
    start = datetime(2026, 11, 2, tzinfo=UTC)
    rates = [DatedRate(start, rate, "USD")]
    spans = []
    at = start
    for each in seconds:
        spans.append(Span(at, at + timedelta(seconds=each), start))
        at = at + timedelta(seconds=each)
    (whole,) = price(spans, rates, {})
    before = {(line.week_starts_at, rate): line.priced for line in price(spans[:cut], rates, {})}
    total = sum(
        (line.priced for line in price(spans[cut:], rates, before)),
        before.get((start, rate), NOTHING),
    )
    assert total == whole.priced
