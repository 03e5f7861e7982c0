"""Dunning goes forward only, and never before its day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain import dunning
from app.domain.dunning import AFTER_DAYS, DunningStep

DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1))
ORDER = list(DunningStep)


@given(DAYS, st.integers(-10, 60))
def test_the_step_that_holds_has_come_and_the_next_has_not(due: date, days: int) -> None:
    today = due + timedelta(days=days)
    step = dunning.step_at(due, today)
    for each in ORDER:
        has_come = dunning.day_of(due, each) <= today
        assert has_come == (step is not None and ORDER.index(each) <= ORDER.index(step))


@given(DAYS, st.none() | DAYS)
def test_what_was_opened_again_gets_a_week(due: date, reopened: date | None) -> None:
    starts = dunning.counts_from(due, reopened)
    assert starts >= due
    assert reopened is None or starts >= reopened + timedelta(days=7)
    assert starts == due or reopened is not None


def test_the_steps_are_in_order_and_time_stops_last() -> None:
    assert list(AFTER_DAYS) == ORDER
    assert sorted(AFTER_DAYS.values()) == list(AFTER_DAYS.values())
    assert ORDER[-1] is DunningStep.STOPPED
