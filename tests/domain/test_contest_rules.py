"""Contests: every state against every event, what silence leads to, and which reasons count."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.contests import (
    ANSWER_WITHIN,
    CONTEST_MOVES,
    JUDGE_WITHIN,
    LIVE,
    ON_SILENCE,
    PAID,
    ContestEvent,
    ContestReason,
    ContestState,
    Outcome,
    ReasonNotAboutTime,
    about_time,
)
from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove

LEGAL = {
    ("awaits_answer", "answer"): "awaits_decision",
    ("awaits_answer", "hand_on"): "awaits_decision",
    ("awaits_answer", "withdraw"): "withdrawn",
    ("awaits_decision", "withdraw"): "withdrawn",
    ("awaits_decision", "approve"): "approved",
    ("awaits_decision", "decline"): "declined",
}
QUALITY = (
    "quality", "low_quality", "quality_score", "accuracy", "hallucination", "gold_failed",
    "rejected", "poor_work", "below_standard", "wrong_answers", "review_failed",
)  # fmt: skip


@pytest.mark.parametrize(("state", "event"), list(product(ContestState, ContestEvent)))
def test_every_state_against_every_event(state: ContestState, event: ContestEvent) -> None:
    expected = LEGAL.get((state.value, event.value))
    if expected is None:
        with pytest.raises(IllegalMove):
            step("contest", CONTEST_MOVES, state, event)
    else:
        assert step("contest", CONTEST_MOVES, state, event) == expected


@pytest.mark.parametrize("state", sorted(LIVE))
def test_silence_never_costs_the_trainer(state: ContestState) -> None:
    """Whoever is silent from here on, the hours are paid."""
    while state in LIVE:
        state = step("contest", CONTEST_MOVES, state, ON_SILENCE[state].event)
    assert state in PAID


def test_what_waits_and_what_is_paid() -> None:
    assert set(ON_SILENCE) == LIVE
    assert set(ContestState) - LIVE - PAID == {ContestState.DECLINED}
    assert all(each.en and each.de for each in ON_SILENCE.values())
    assert {each.value for each in Outcome} == {"approved", "declined"}
    assert (ANSWER_WITHIN.days, JUDGE_WITHIN.days) == (5, 5)


def test_only_a_decision_declines() -> None:
    ways = {event for (_, event), after in CONTEST_MOVES.items() if after == "declined"}
    assert ways == {ContestEvent.DECLINE}


@pytest.mark.parametrize("cause", QUALITY)
def test_quality_never_voids_hours(cause: str) -> None:
    with pytest.raises(ReasonNotAboutTime):
        about_time(cause)


@given(st.text())
def test_only_the_known_reasons_take_hours_away(cause: str) -> None:
    if cause in set(ContestReason):
        assert about_time(cause) == cause
    else:
        with pytest.raises(ReasonNotAboutTime):
            about_time(cause)


@pytest.mark.parametrize("reason", list(ContestReason))
def test_reasons_about_time_count(reason: ContestReason) -> None:
    assert about_time(reason.value) is reason
