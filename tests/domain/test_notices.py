"""Kinds of notices, deliveries that step through their states, reminders, and caps nearly used."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import notices, reminders
from app.domain.lifecycles import step
from app.domain.notices import (
    DELIVERY_MOVES,
    MANNERS,
    OPEN,
    Audience,
    DeliveryEvent,
    DeliveryState,
    Kind,
)
from app.domain.refusals import IllegalMove
from app.domain.reminders import LAST_CALL, Reminder, Window

T0 = datetime(2026, 11, 2, 8, tzinfo=UTC)
windows = st.builds(
    lambda hours, minutes: Window(T0, T0 + timedelta(hours=hours, minutes=minutes)),
    st.integers(0, 24 * 30),
    st.integers(1, 59),
)


def test_every_kind_has_a_manner_and_goes_to_one_audience() -> None:
    assert set(MANNERS) == set(Kind)
    spread = [kind for audience in Audience for kind in notices.kinds_for(audience)]
    assert sorted(spread) == sorted(Kind)


def test_no_notice_can_hold_money_names_or_notes() -> None:
    said = set().union(*(manner.facts for manner in MANNERS.values()))
    assert said == {"cap", "percent", "outcome", "role"}
    with pytest.raises(ValueError, match="amount_minor"):
        notices.check_facts(Kind.CAP_NEAR, {"cap": "position_total", "amount_minor": 1})
    notices.check_facts(Kind.CAP_NEAR, {"cap": "position_total", "percent": 80})


@pytest.mark.parametrize("state", DeliveryState)
@pytest.mark.parametrize("event", DeliveryEvent)
def test_deliveries_move_by_the_table_only(state: DeliveryState, event: DeliveryEvent) -> None:
    if (state, event) in DELIVERY_MOVES:
        assert step("delivery", DELIVERY_MOVES, state, event) is DELIVERY_MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            step("delivery", DELIVERY_MOVES, state, event)


def test_what_is_over_stays_over() -> None:
    assert {state for state, _ in DELIVERY_MOVES} == OPEN


def test_pauses_grow_and_end() -> None:
    found = [notices.tried_again_at(n, T0) for n in range(1, notices.MOST_ATTEMPTS + 1)]
    pauses = [at - T0 for at in found if at is not None]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert max(pauses) <= timedelta(hours=6)
    assert [at is None for at in found] == [False] * (notices.MOST_ATTEMPTS - 1) + [True]


@given(windows, st.integers(-3_600, 31 * 86_400))
def test_a_reminder_comes_between_half_time_and_the_deadline(window: Window, after_s: int) -> None:
    now = window.begins_at + timedelta(seconds=after_s)
    found = reminders.due(window, now)
    assert (found is not None) == (window.half_at <= now < window.ends_at)
    if found is Reminder.LAST_CALL:
        assert window.ends_at - now <= LAST_CALL
        assert window.ends_at - window.begins_at > 2 * LAST_CALL


@given(windows, st.lists(st.integers(0, 31 * 86_400), max_size=40))
def test_whenever_the_clock_looks_each_reminder_is_one_and_in_order(
    window: Window, looks: list[int]
) -> None:
    seen: list[Reminder] = []
    for after_s in sorted(looks):
        found = reminders.due(window, window.begins_at + timedelta(seconds=after_s))
        if found is not None and found not in seen:
            seen.append(found)
    assert seen in ([], [Reminder.HALF], [Reminder.LAST_CALL], [Reminder.HALF, Reminder.LAST_CALL])


def test_five_days_are_reminded_of_twice_and_a_day_once() -> None:
    five = Window(T0, T0 + timedelta(days=5))
    hours = [reminders.due(five, T0 + timedelta(hours=h)) for h in (59, 60, 95, 96, 119, 120)]
    assert hours == [None, "half", "half", "last_call", "last_call", None]
    one = Window(T0, T0 + timedelta(days=1))
    assert {reminders.due(one, T0 + timedelta(hours=h)) for h in range(30)} == {None, "half"}


@given(st.integers(0, 2**61), st.integers(0, 2**61))
def test_caps_are_near_from_four_fifths_on(used: int, cap: int) -> None:
    found = reminders.fill_of(used, cap)
    assert (found == 100) == (used >= cap)
    assert (found is None) == (used < cap and used * 5 < cap * 4)
