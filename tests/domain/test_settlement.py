"""The rules of settlement: every state against every event, and what uncertainty allows."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove
from app.domain.settlement import (
    ABSENCE_S,
    ATTEMPT_MOVES,
    KEY_LIFE_S,
    PAYOUT_MOVES,
    UNCERTAIN_TRIES,
    AttemptEvent,
    AttemptState,
    Next,
    PayoutEvent,
    PayoutState,
    Uncertain,
    after_look_up,
    passes,
)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(PayoutState, PayoutEvent)))
def test_payout_moves_are_the_table_and_nothing_else(
    state: PayoutState, event: PayoutEvent
) -> None:
    if (state, event) in PAYOUT_MOVES:
        assert step("payout", PAYOUT_MOVES, state, event) is PAYOUT_MOVES[(state, event)]
    else:
        with pytest.raises(IllegalMove):
            step("payout", PAYOUT_MOVES, state, event)


def test_no_way_leads_from_transferred_money_back_to_a_transfer() -> None:
    reached = {PayoutState.SENT}
    while True:
        more = {to for (at, _), to in PAYOUT_MOVES.items() if at in reached} | reached
        if more == reached:
            break
        reached = more
    assert PayoutState.PENDING not in reached


@pytest.mark.parametrize(("state", "event"), list(itertools.product(AttemptState, AttemptEvent)))
def test_attempts_end_for_good(state: AttemptState, event: AttemptEvent) -> None:
    if state in (AttemptState.SETTLED, AttemptState.DECLINED):
        assert (state, event) not in ATTEMPT_MOVES


cases = st.builds(
    Uncertain,
    found=st.booleans(),
    age_s=st.floats(0, 10 * 86_400),
    tries=st.integers(0, 10),
    quiet_s=st.floats(0, 86_400),
    absent_s=st.none() | st.floats(0, 86_400),
    call_s=st.floats(0, 200),
    wanted=st.booleans(),
)


@given(cases)
def test_what_is_found_is_adopted_and_an_old_key_needs_two_look_ups(case: Uncertain) -> None:
    what = after_look_up(case)
    assert (what is Next.ADOPT) == case.found
    if what is Next.RESEND and case.age_s >= KEY_LIFE_S:
        assert case.absent_s is not None
        assert case.absent_s >= ABSENCE_S
    if what is Next.GIVE_UP:
        assert case.quiet_s >= ABSENCE_S  # no call of this try can still be on its way
        assert not case.wanted or (case.tries >= UNCERTAIN_TRIES and case.age_s < KEY_LIFE_S)
    if what in (Next.RESEND, Next.GIVE_UP):
        assert case.quiet_s >= case.call_s
    if what is Next.RESEND:
        assert case.wanted


def test_only_passing_refusals_hold() -> None:
    assert passes("balance_insufficient")
    assert not passes("amount_too_large")
