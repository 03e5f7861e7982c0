"""Every state of applications and offers against every event, and what an offer may say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.engagements import EndReason
from app.domain.hiring import (
    APPLICATION_MOVES,
    OFFER_MOVES,
    ApplicationEvent,
    ApplicationState,
    DeclineReason,
    OfferEvent,
    OfferState,
    Period,
    Room,
    faults_of,
    state_at,
)
from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove
from app.domain.vocabulary import REASONS
from app.domain.weekdays import Weekday

APPLICATIONS = {
    ("submitted", "shortlist"): "shortlisted",
    ("shortlisted", "screen"): "screening",
    ("submitted", "offer"): "offered",
    ("shortlisted", "offer"): "offered",
    ("screening", "offer"): "offered",
    ("offered", "offer_ended"): "shortlisted",
    ("offered", "hire"): "hired",
    ("submitted", "decline"): "declined",
    ("shortlisted", "decline"): "declined",
    ("screening", "decline"): "declined",
    ("submitted", "withdraw"): "withdrawn",
    ("shortlisted", "withdraw"): "withdrawn",
    ("screening", "withdraw"): "withdrawn",
}
OFFERS = {
    ("sent", "accept"): "accepted",
    ("sent", "decline"): "declined",
    ("sent", "expire"): "expired",
    ("sent", "withdraw"): "withdrawn",
}
ALL = [
    *(("application", APPLICATION_MOVES, APPLICATIONS, *each)
      for each in product(ApplicationState, ApplicationEvent)),
    *(("offer", OFFER_MOVES, OFFERS, *each) for each in product(OfferState, OfferEvent)),
]  # fmt: skip


@pytest.mark.parametrize(("noun", "moves", "legal", "state", "event"), ALL)
def test_moves(
    noun: str,
    moves: dict[tuple[StrEnum, StrEnum], StrEnum],
    legal: dict[tuple[str, str], str],
    state: StrEnum,
    event: StrEnum,
) -> None:
    expected = legal.get((state.value, event.value))
    if expected is None:
        with pytest.raises(IllegalMove):
            step(noun, moves, state, event)
    else:
        assert step(noun, moves, state, event) == expected


NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
TODAY = NOW.date()
ROOM = Room(weekly_minutes=1200, total_minutes=6000, ends_on=date(2026, 6, 30))
GOOD = Period(
    weekly_minutes=1200,
    total_minutes=6000,
    starts_on=TODAY - timedelta(days=14),
    ends_on=date(2026, 6, 30),
    expires_at=NOW + timedelta(days=90),
)


def codes(period: Period, room: Room = ROOM) -> list[tuple[str, str]]:
    return [(f.pointer, f.code) for f in faults_of(period, room, today=TODAY, now=NOW)]


def test_the_edges_of_an_offer_are_good() -> None:
    assert codes(GOOD) == []
    assert codes(replace(GOOD, total_minutes=None, ends_on=None)) == []
    assert codes(GOOD, Room(1200, None, None)) == []
    assert codes(replace(GOOD, starts_on=date(2026, 6, 30))) == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"starts_on": TODAY - timedelta(days=15)}, "#/starts_on", "starts_too_early"),
        ({"weekly_minutes": 1201}, "#/weekly_minutes", "more_than_position"),
        ({"total_minutes": 6001}, "#/total_minutes", "more_than_position"),
        ({"ends_on": date(2026, 7, 1)}, "#/ends_on", "ends_after_position"),
        ({"ends_on": TODAY - timedelta(days=15)}, "#/ends_on", "ends_before_start"),
        ({"expires_at": NOW}, "#/expires_at", "expires_in_the_past"),
        ({"expires_at": NOW + timedelta(days=90, seconds=1)}, "#/expires_at", "expires_too_late"),
    ],
)
def test_just_beyond_the_edge_is_named(change: dict[str, object], pointer: str, code: str) -> None:
    assert codes(replace(GOOD, **change)) == [(pointer, code)]  # type: ignore[arg-type]


def test_all_faults_are_named_at_once() -> None:
    bad = replace(
        GOOD, starts_on=date(2026, 7, 1), ends_on=date(2026, 6, 1), weekly_minutes=5000,
        total_minutes=7000, expires_at=NOW,
    )  # fmt: skip
    assert [code for _, code in codes(bad)] == [
        "starts_after_position",
        "ends_before_start",
        "more_than_position",
        "more_than_position",
        "expires_in_the_past",
    ]


@pytest.mark.parametrize("state", list(OfferState))
def test_the_clock_ends_an_open_offer_only(state: OfferState) -> None:
    ended = OfferState.EXPIRED if state is OfferState.SENT else state
    assert state_at(state, NOW, NOW) is ended
    assert state_at(state, NOW + timedelta(microseconds=1), NOW) is state


@given(st.integers(1, 7))
def test_weekdays_are_iso(number: int) -> None:
    assert Weekday.from_iso(number).iso == number
    # 2 March 2026 is a Monday.
    assert date(2026, 3, 1 + number).strftime("%A").lower() == Weekday.from_iso(number)


@pytest.mark.parametrize("number", [0, 8, -1])
def test_there_are_seven_weekdays(number: int) -> None:
    with pytest.raises(ValueError, match="weekday"):
        Weekday.from_iso(number)


def test_every_reason_has_its_words_in_the_vocabulary() -> None:
    assert set(REASONS["decline_application"]) == set(DeclineReason)
    assert set(REASONS["end_engagement"]) == set(EndReason)
