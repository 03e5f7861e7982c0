"""Months of the books, and what a month has left on a clearing account."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import chart, periods
from app.domain.reconciling_reasons import CLEARING, clearing_words


@given(st.integers(0, 10**10).map(lambda s: datetime.fromtimestamp(s, UTC)))
def test_an_instant_lies_in_its_month_and_the_month_is_over_when_the_next_begins(
    at: datetime,
) -> None:
    month = periods.month_of(at)
    following = periods.month_after(month)
    assert periods.starts_at(month) <= at < periods.starts_at(following)
    assert not periods.is_over(month, at)
    assert periods.is_over(month, periods.starts_at(following))
    assert periods.read_month(periods.written(month)) == month


def test_months_are_those_of_utc() -> None:
    late = datetime(2026, 11, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert periods.month_of(late) == date(2026, 10, 1)


@pytest.mark.parametrize("said", ["2026-13", "2026-00", "2026-1", "0000-01", "2026-01-01", ""])
def test_what_is_no_month(said: str) -> None:
    assert periods.read_month(said) is None


@given(st.lists(st.integers(-500, 500)), st.lists(st.integers(-500, 500)))
def test_the_oldest_money_is_cleared_first(before: list[int], after: list[int]) -> None:
    debits, credits_ = sum(x for x in after if x > 0), sum(x for x in after if x < 0)
    left = periods.still_open(sum(before), debits, credits_)
    assert abs(left) <= abs(sum(before))
    assert left * sum(before) >= 0
    against = credits_ if sum(before) > 0 else debits
    assert (left == 0) == (abs(against) >= abs(sum(before)) or not sum(before))


def test_clearing_accounts_are_named_by_the_chart() -> None:
    trainer = company = "0190aaaa-0000-7000-8000-000000000010"
    assert re.match(chart.CLEARING, chart.OWN_TRANSIT)
    assert re.match(chart.CLEARING, chart.bank_transit("acct_1"))
    assert re.match(chart.CLEARING, chart.connected("acct_1"))
    assert re.match(chart.CLEARING, f"liability:trainer:{trainer}:paying")
    assert re.match(chart.CLEARING, f"liability:client:{company}:refunding")
    for key in (chart.STRIPE_AVAILABLE, chart.BANK, f"liability:trainer:{trainer}:payable"):
        assert not re.match(chart.CLEARING, key)


def test_every_account_that_must_reach_zero_has_its_words() -> None:
    for kind, words in CLEARING.items():
        assert all(words), kind
    assert set(CLEARING) == set(chart.Clearing)
    transit = chart.bank_transit("acct_1")
    assert clearing_words(transit, "de") == CLEARING[chart.Clearing.BANK_TRANSIT][1]
    assert clearing_words(chart.BANK, "en") == chart.BANK
