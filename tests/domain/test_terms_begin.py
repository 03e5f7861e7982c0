"""When changed rates begin: never for time that is logged or reserved, with time to consent."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove
from app.domain.terms import (
    CONSENT_AT_LEAST,
    CONSENT_WITHIN,
    HOLDING,
    LEAD,
    TERMS_MOVES,
    TermsEvent,
    TermsState,
    beginning,
)
from app.domain.timesheets import LATEST_AHEAD, RESERVE_SLICE
from app.domain.weeks import PayWeek, start_of_day, week_of

WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
moments = st.integers(0, 400 * 86_400).map(lambda s: WEDNESDAY + timedelta(seconds=s))
weeks = st.builds(
    PayWeek,
    st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Chatham"]),
    st.integers(1, 7),
)


@pytest.mark.parametrize("state", TermsState)
@pytest.mark.parametrize("event", TermsEvent)
def test_moves(state: TermsState, event: TermsEvent) -> None:
    if (state, event) in TERMS_MOVES:
        assert step("terms", TERMS_MOVES, state, event) is TERMS_MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            step("terms", TERMS_MOVES, state, event)


def test_what_is_decided_stays() -> None:
    assert {state for state, _ in TERMS_MOVES} == {TermsState.PROPOSED}
    assert TermsState.PROPOSED not in HOLDING


@given(moments, weeks, st.booleans(), st.none() | st.integers(-3, 60))
def test_no_time_that_is_logged_or_reserved_is_touched(
    now: datetime, week: PayWeek, lowers: bool, days: int | None
) -> None:
    asked = None if days is None else (now + timedelta(days=days)).date()
    found = beginning(asked, week, lowers_pay=lowers, now=now)
    if found is None:
        assert asked is not None
        assert start_of_day(asked, week.timezone) < now + LEAD + CONSENT_AT_LEAST
        return
    assert found.effective_at >= now + LEAD > now + RESERVE_SLICE + LATEST_AHEAD
    if asked is None:
        assert week_of(found.effective_at, week).starts_at == found.effective_at
        assert found.effective_at - now <= timedelta(days=7, hours=51)
    assert (found.consent_by_at is not None) == lowers
    if found.consent_by_at is not None:
        assert now + CONSENT_AT_LEAST <= found.consent_by_at <= now + CONSENT_WITHIN
        assert found.consent_by_at + LEAD <= found.effective_at


def test_a_raise_in_the_next_week_and_a_cut_once_there_was_time_to_think() -> None:
    week = PayWeek("Europe/Berlin", 1)
    saturday = datetime(2026, 11, 28, 12, tzinfo=UTC)
    raised = beginning(None, week, lowers_pay=False, now=saturday)
    cut = beginning(None, week, lowers_pay=True, now=saturday)
    assert raised is not None
    assert cut is not None
    assert raised.effective_at == datetime(2026, 11, 29, 23, tzinfo=UTC)
    assert cut.effective_at == datetime(2026, 12, 6, 23, tzinfo=UTC)
    assert beginning(date(2026, 11, 28), week, lowers_pay=False, now=saturday) is None
    assert beginning(date(2026, 11, 30), week, lowers_pay=True, now=saturday) is None
