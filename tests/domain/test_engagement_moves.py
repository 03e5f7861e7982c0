"""Every state of an engagement against every event, and where its first day begins."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from app.domain.engagements import MOVES, EngagementEvent, EngagementState, begins_at
from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove

LEGAL = {
    ("active", "pause"): "paused",
    ("paused", "resume"): "active",
    ("active", "end"): "ended",
    ("paused", "end"): "ended",
}


@pytest.mark.parametrize(("state", "event"), list(product(EngagementState, EngagementEvent)))
def test_moves(state: EngagementState, event: EngagementEvent) -> None:
    expected = LEGAL.get((state.value, event.value))
    if expected is None:
        with pytest.raises(IllegalMove):
            step("engagement", MOVES, state, event)
    else:
        assert step("engagement", MOVES, state, event) == expected


def test_the_first_day_begins_at_midnight_in_the_pay_week_zone() -> None:
    assert begins_at(date(2026, 3, 2), "Europe/Berlin") == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert begins_at(date(2026, 7, 2), "Europe/Berlin") == datetime(2026, 7, 1, 22, tzinfo=UTC)


def test_a_skipped_midnight_begins_at_the_clock_change() -> None:
    assert begins_at(date(2018, 11, 4), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_a_midnight_that_comes_twice_is_the_first_one() -> None:
    assert begins_at(date(2026, 11, 1), "America/Havana") == datetime(2026, 11, 1, 4, tzinfo=UTC)
