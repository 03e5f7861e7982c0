"""Which rate holds when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.rates import DatedRate, rate_at, rate_at_or_first

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(day: int, minor: int = 1) -> DatedRate:
    return DatedRate(START + timedelta(days=day), minor, "USD")


def test_a_rate_holds_from_its_instant_on_until_the_next() -> None:
    rates = [at(10, 200), at(0, 100)]
    assert rate_at(rates, START).minor == 100
    assert rate_at(rates, START + timedelta(days=10, microseconds=-1)).minor == 100
    assert rate_at(rates, START + timedelta(days=10)).minor == 200


def test_before_the_first_rate_there_is_none() -> None:
    with pytest.raises(LookupError):
        rate_at([at(1)], START)
    with pytest.raises(LookupError):
        rate_at([], START)


@given(days=st.sets(st.integers(0, 400), min_size=1), asked=st.integers(0, 500))
def test_the_newest_not_later_one_holds(days: set[int], asked: int) -> None:
    rates = [at(day, day + 1) for day in days]
    before = [day for day in days if day <= asked]
    instant = START + timedelta(days=asked)
    if before:
        assert rate_at(rates, instant).minor == max(before) + 1
    else:
        with pytest.raises(LookupError):
            rate_at(rates, instant)


def test_before_the_first_day_the_first_rate_is_shown() -> None:
    rates = [at(10, 200), at(0, 100)]
    assert rate_at_or_first(rates, START - timedelta(days=9)).minor == 100
    assert rate_at_or_first(rates, START + timedelta(days=11)).minor == 200
    with pytest.raises(ValueError, match="empty"):
        rate_at_or_first([], START)
