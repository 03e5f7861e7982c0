"""A second person above a sum, counted by day."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.four_eyes import second_person_needed


@given(st.lists(st.integers(1, 10**9), max_size=20), st.integers(0, 10**10))
def test_cutting_a_sum_into_many_runs_changes_nothing(parts: list[int], above: int) -> None:
    """What one person gets out alone never comes to more than the sum, however it is cut."""
    out = 0
    for part in parts:
        if not second_person_needed(out, part, above, approved=False):
            out += part
    assert out <= above


@given(st.integers(0, 10**10), st.integers(1, 10**10), st.integers(0, 10**10))
def test_an_approval_or_no_sum_set_lets_everything_through(a: int, b: int, above: int) -> None:
    assert not second_person_needed(a, b, above, approved=True)
    assert not second_person_needed(a, b, None, approved=False)
