"""Slots that workers share: never more in a second than the limit, and none given away."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.pacing import next_slot

SECOND = 1_000_000


@given(
    st.integers(1, 200),
    st.lists(st.integers(0, 2 * SECOND), min_size=1, max_size=200),
    st.integers(0, 10**15),
)
def test_no_second_holds_more_calls_than_the_limit(
    per_second: int, pauses: list[int], begins: int
) -> None:
    """Whoever comes whenever: the calls of any second are within the limit, and in order."""
    now, free, went = begins, 0, list[int]()
    for pause in pauses:
        now += pause
        slot = next_slot(free, now, per_second)
        assert slot.goes_at_us >= now
        free = slot.free_at_us
        went.append(slot.goes_at_us)
    assert went == sorted(went)
    for start in went:
        assert sum(start <= at < start + SECOND for at in went) <= per_second


@given(st.integers(1, 200), st.integers(1, 400))
def test_a_queue_is_served_at_95_percent_of_the_limit_and_more(per_second: int, calls: int) -> None:
    free = 0
    for _ in range(calls):
        free = next_slot(free, 0, per_second).free_at_us
    assert free * per_second * 95 <= calls * SECOND * 100


@given(st.integers(1, 200), st.integers(0, 10**15))
def test_after_a_pause_nobody_waits(per_second: int, now: int) -> None:
    assert next_slot(0, now, per_second).goes_at_us == now
