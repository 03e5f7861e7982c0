"""Slices of shared caps are never more than fair, and never more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.caps import NO_CAP
from app.domain.leases import slice_of

UNITS = st.integers(0, 10**15)


@given(room=st.integers(-(10**15), NO_CAP), week=UNITS, crowd=st.integers(0, 10**6), held=UNITS)
def test_a_slice_is_within_the_room_and_a_week(room: int, week: int, crowd: int, held: int) -> None:
    taken = slice_of(room, week=week, crowd=crowd, held=held)
    assert taken >= 0
    assert taken <= max(0, room)
    assert taken + held <= max(week, held)


@given(room=UNITS, week=st.integers(1, 10**9), crowd=st.integers(0, 2_000))
def test_a_whole_crowd_leaves_three_quarters_of_the_room(room: int, week: int, crowd: int) -> None:
    left = room
    for _ in range(min(crowd, 50)):
        left -= slice_of(left, week=week, crowd=crowd)
    share = room // (4 * max(16, crowd))
    assert left >= room - min(crowd, 50) * share


def test_near_the_end_nothing_is_taken_in_advance() -> None:
    hour, week = 3_600, 40 * 3_600
    assert slice_of(1_000_000 * hour, week=week, crowd=1_000) == week
    assert slice_of(1_000_000 * hour, week=week, crowd=1_000, held=week - hour) == hour
    assert slice_of(4_000 * hour, week=week, crowd=1_000) == hour
    assert slice_of(900 * hour, week=week, crowd=1_000) == 0
    assert slice_of(0, week=week, crowd=1) == 0
    assert slice_of(-hour, week=week, crowd=1) == 0
    assert slice_of(NO_CAP, week=week, crowd=1) == week
    assert slice_of(NO_CAP, week=0, crowd=1) == 0
