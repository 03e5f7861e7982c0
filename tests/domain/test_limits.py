"""Minutes that change in time: raised at once, cut from the next week on, never backwards."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.limits import DatedLimits, changed, in_force, weekly_in
from app.domain.weeks import PayWeek, week_of

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
UTC_WEEK = PayWeek("UTC", 1)
FIRST = DatedLimits(MONDAY - timedelta(days=14), 600, None)
MINUTES = st.integers(1, 10_080)
CHANGES = st.lists(
    st.tuples(st.integers(1, 40 * 24 * 60), MINUTES, st.none() | MINUTES), max_size=8
)


def apply(
    limits: list[DatedLimits], now: datetime, weekly: int, total: int | None
) -> list[DatedLimits]:
    """As the verb writes them: what is not in force yet is replaced."""
    wanted = changed(
        limits, weekly_minutes=weekly, total_minutes=total, now=now,
        next_week_at=week_of(now, UTC_WEEK).ends_at,
    )  # fmt: skip
    kept = {each.effective_at: each for each in limits if each.effective_at <= now}
    return sorted(
        {**kept, **{each.effective_at: each for each in wanted}}.values(),
        key=lambda each: each.effective_at,
    )


def test_a_raise_holds_for_the_whole_week_and_not_for_the_last() -> None:
    wednesday = MONDAY + timedelta(days=2)
    limits = apply([FIRST], wednesday, 900, None)
    assert weekly_in(limits, week_of(MONDAY, UTC_WEEK)) == 900
    assert weekly_in(limits, week_of(MONDAY - timedelta(days=1), UTC_WEEK)) == 600
    assert weekly_in(limits, week_of(MONDAY + timedelta(days=9), UTC_WEEK)) == 900


def test_a_cut_holds_from_the_next_week_on_and_can_be_taken_back() -> None:
    wednesday = MONDAY + timedelta(days=2)
    cut = apply([FIRST], wednesday, 300, None)
    assert weekly_in(cut, week_of(MONDAY, UTC_WEEK)) == 600
    assert weekly_in(cut, week_of(MONDAY + timedelta(days=7), UTC_WEEK)) == 300
    assert apply(cut, wednesday + timedelta(hours=1), 600, None) == [FIRST]


def test_a_total_holds_at_once_beside_a_cut() -> None:
    wednesday = MONDAY + timedelta(days=2)
    limits = apply([FIRST], wednesday, 300, 1_000)
    assert in_force(limits, wednesday) == DatedLimits(wednesday, 600, 1_000)
    assert in_force(limits, MONDAY + timedelta(days=7)).weekly_minutes == 300


def test_before_the_first_day_all_is_replaced() -> None:
    limits = apply([FIRST], FIRST.effective_at - timedelta(days=3), 60, 120)
    assert limits == [DatedLimits(FIRST.effective_at, 60, 120)]
    assert in_force(limits, FIRST.effective_at - timedelta(days=9)) == limits[0]


@given(CHANGES)
def test_no_week_that_has_begun_ever_loses_minutes(
    changes: list[tuple[int, int, int | None]],
) -> None:
    limits = [FIRST]
    for minutes, weekly, total in sorted(changes, key=lambda each: each[0]):
        now = FIRST.effective_at + timedelta(minutes=minutes)
        after = apply(limits, now, weekly, total)
        begun = week_of(now, UTC_WEEK)
        assert weekly_in(after, begun) >= weekly_in(limits, begun)
        for weeks in range(1, 4):
            past = week_of(begun.starts_at - weeks * timedelta(days=7), UTC_WEEK)
            assert weekly_in(after, past) == weekly_in(limits, past)
        assert in_force(after, now).total_minutes == total
        assert weekly_in(after, week_of(begun.ends_at, UTC_WEEK)) == weekly
        limits = after
