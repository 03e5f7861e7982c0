"""Terms never hold backwards, and "now" said a moment ago is now."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.dated_terms import TOLERANCE, takes_effect_at

NOW = datetime(2026, 11, 2, 12, 0, 0, 500_000, tzinfo=UTC)


def test_now_may_be_said_in_whole_seconds() -> None:
    assert takes_effect_at(None, NOW) == NOW
    assert takes_effect_at(NOW.replace(microsecond=0), NOW) == NOW
    assert takes_effect_at(NOW - TOLERANCE, NOW) == NOW
    assert takes_effect_at(NOW - TOLERANCE - timedelta(seconds=1), NOW) is None
    later = NOW + timedelta(days=1)
    assert takes_effect_at(later, NOW) == later


@given(st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=3)))
def test_never_before_now(away: timedelta) -> None:
    at = takes_effect_at(NOW + away, NOW)
    assert at is None or at >= NOW
