"""What takes back waits for the time before it, whatever is paid for in whatever order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.funding import Unfunded, newly_funded

START = datetime(2026, 11, 25, tzinfo=UTC)
ENGAGEMENT = st.lists(st.booleans(), max_size=8)


def approvals(kinds: Sequence[bool]) -> list[Unfunded]:
    return [
        Unfunded(START + timedelta(minutes=place), takes_back, UUID(int=place))
        for place, takes_back in enumerate(kinds)
    ]


@given(ENGAGEMENT, st.randoms(use_true_random=False))
def test_nothing_is_taken_back_before_what_it_is_taken_from(
    kinds: list[bool], dice: object
) -> None:
    waiting = approvals(kinds)
    payments = [each.id for each in waiting]
    dice.shuffle(payments)  # type: ignore[attr-defined]
    for paid in payments:
        funded = set(newly_funded(waiting, [paid]))
        waiting = [each for each in waiting if each.id not in funded]
        for each in waiting:
            earlier = [o for o in waiting if o < each and not o.takes_back]
            assert not each.takes_back or earlier
        assert all(
            each.takes_back or each.id == paid for each in approvals(kinds) if each.id in funded
        )
    assert newly_funded(waiting, payments) == []
    assert waiting == []


def test_earned_in_the_same_moment_comes_before_taken_back() -> None:
    earned, taken = Unfunded(START, False, UUID(int=2)), Unfunded(START, True, UUID(int=1))
    assert newly_funded([taken, earned], []) == []
    assert newly_funded([taken, earned], [earned.id]) == [earned.id, taken.id]
