"""Several caps at once: what fits, which binds, and that nothing is lost."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import caps
from app.domain.caps import CounterKey, Ground, Piece, Scope, Tally
from app.domain.rates import DatedRate
from app.domain.weeks import PayWeek

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ground(*, timezone: str = "UTC", rates: tuple[DatedRate, ...] | None = None) -> Ground:
    return Ground(
        trainer_id=UUID(int=1),
        engagement_id=UUID(int=2),
        position_id=UUID(int=3),
        project_id=UUID(int=4),
        company_id=UUID(int=5),
        pay_week=PayWeek(timezone, 1),
        bill_rates=rates or (DatedRate(LONG_AGO, 15_000, "USD"),),
    )


def tally(sections: list[caps.Section], **left: int) -> Tally:
    """Counters with so many units left; those not named have no cap."""
    return Tally({key: left.get(key.scope.value, caps.NO_CAP) for key in keys_of(sections)})


def keys_of(sections: list[caps.Section]) -> set[CounterKey]:
    """Every counter that these sections move."""
    return {key for section in sections for key, _ in section.weights}


def test_all_of_it_fits() -> None:
    found = caps.sections(ground(), MONDAY, MONDAY + HOUR)
    counters = tally(found, trainer_week=3_600)
    assert counters.split(found) == [Piece(MONDAY, MONDAY + HOUR, MONDAY, None)]
    assert {key.scope: moved for key, moved in counters.moved.items()} == {
        Scope.TRAINER_WEEK: 3_600,
        Scope.ENGAGEMENT_WEEK: 3_600,
        Scope.ENGAGEMENT_TOTAL: 3_600,
        Scope.POSITION_TOTAL: 3_600,
        Scope.PROJECT_BUDGET: 3_600 * 15_000,
        Scope.CREDIT_LIMIT: 3_600 * 15_000,
    }


@pytest.mark.parametrize("scope", list(Scope))
def test_the_part_beyond_a_cap_is_a_piece_of_its_own(scope: Scope) -> None:
    found = caps.sections(ground(), MONDAY, MONDAY + HOUR)
    weight = 15_000 if caps.is_money(scope) else 1
    counters = tally(found, **{scope.value: 1_000 * weight + weight - 1})
    turn = MONDAY + timedelta(seconds=1_000)
    assert counters.split(found) == [
        Piece(MONDAY, turn, MONDAY, None),
        Piece(turn, MONDAY + HOUR, MONDAY, scope),
    ]
    assert counters.left[found[0].weights[-1][0]] >= 0


def test_nothing_fits() -> None:
    found = caps.sections(ground(), MONDAY, MONDAY + HOUR)
    counters = tally(found, position_total=0, engagement_week=-7)
    pieces = counters.split(found)
    assert pieces == [Piece(MONDAY, MONDAY + HOUR, MONDAY, Scope.ENGAGEMENT_WEEK)]
    assert counters.moved == {}
    assert pieces[0].seconds == 3_600


def test_of_equals_the_first_in_order_binds() -> None:
    found = caps.sections(ground(), MONDAY, MONDAY + HOUR)
    assert tally(found, credit_limit=15_000 * 60, engagement_total=60).room(found[0]) == (
        60,
        Scope.ENGAGEMENT_TOTAL,
    )


def test_a_trainer_week_shares_an_entry_out_without_splitting_it() -> None:
    start, end = MONDAY - HOUR, MONDAY + HOUR
    found = caps.sections(ground(timezone="America/New_York"), start, end)
    assert len(found) == 2
    counters = tally(found)
    assert len(counters.split(found)) == 1
    weeks = {k.period: v for k, v in counters.moved.items() if k.scope is Scope.TRAINER_WEEK}
    assert weeks == {"2026-11-16T00:00:00+00:00": 3_600, "2026-11-23T00:00:00+00:00": 3_600}


def test_a_full_week_does_not_spoil_the_next() -> None:
    start, end = MONDAY - HOUR, MONDAY + HOUR
    found = caps.sections(ground(timezone="America/New_York"), start, end)
    counters = tally(found)
    for key in counters.left:
        if key.period == "2026-11-16T00:00:00+00:00":
            counters.left[key] = 0
    assert [p.binding for p in counters.split(found)] == [Scope.TRAINER_WEEK, None]


def test_a_pay_week_splits() -> None:
    found = caps.sections(ground(), MONDAY - HOUR, MONDAY + HOUR)
    pieces = tally(found).split(found)
    assert [p.week_starts_at for p in pieces] == [MONDAY - timedelta(days=7), MONDAY]


def test_a_new_bill_rate_weighs_from_its_moment_on() -> None:
    rates = (
        DatedRate(LONG_AGO, 10_000, "USD"),
        DatedRate(MONDAY + HOUR, 20_000, "USD"),
    )
    found = caps.sections(ground(rates=rates), MONDAY, MONDAY + 2 * HOUR)
    counters = tally(found, project_budget=3_600 * 20_000)
    assert counters.split(found) == [
        Piece(MONDAY, MONDAY + 1.5 * HOUR, MONDAY, None),
        Piece(MONDAY + 1.5 * HOUR, MONDAY + 2 * HOUR, MONDAY, Scope.PROJECT_BUDGET),
    ]


def test_release_is_the_reverse_of_charge() -> None:
    found = caps.sections(ground(), MONDAY, MONDAY + HOUR)
    counters = tally(found, trainer_week=0)
    counters.charge(found)
    assert min(counters.left.values()) < 0
    counters.release(found)
    assert set(counters.moved.values()) == {0}


def test_only_some_scopes() -> None:
    found = caps.sections(ground(), MONDAY, MONDAY + HOUR, scopes=caps.PLATFORM_COST_SCOPES)
    assert [key.scope for key in keys_of(found)] == [Scope.TRAINER_WEEK]


def test_counters_are_locked_in_one_order() -> None:
    newyork = ground(timezone="America/New_York")
    keys = sorted(
        caps.keys_of_times(newyork, [(MONDAY - HOUR, MONDAY + 6 * HOUR)]), key=lambda key: key.place
    )
    assert list(dict.fromkeys(key.scope for key in keys)) == list(Scope)
    assert len(keys) == 8  # two trainer weeks and two pay weeks


@given(
    st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.lists(
        st.tuples(st.integers(0, 20 * 24 * 3_600), st.integers(1, 9 * 24 * 3_600)),
        min_size=1,
        max_size=6,
    ),
)
def test_what_is_locked_is_what_can_be_moved(timezone: str, times: list[tuple[int, int]]) -> None:
    """Locks are taken before the rates are known; the sections are cut at rates too."""
    spans = [
        (start := MONDAY + timedelta(seconds=a), start + timedelta(seconds=b)) for a, b in times
    ]
    rates = (
        DatedRate(LONG_AGO, 15_000, "USD"),
        DatedRate(spans[0][0] + (spans[0][1] - spans[0][0]) // 2, 16_000, "USD"),
    )
    dated = ground(timezone=timezone, rates=rates)
    moved = {key for span in spans for key in keys_of(caps.sections(dated, *span))}
    assert caps.keys_of_times(ground(timezone=timezone), spans) == moved


def test_until_when_a_timer_may_run() -> None:
    found = caps.sections(ground(), MONDAY - HOUR, MONDAY + HOUR)
    free = tally(found).split(found)
    assert caps.prefix(free, MONDAY - HOUR) == (MONDAY + HOUR, None)
    capped = tally(found, credit_limit=60 * 15_000).split(found)
    assert caps.prefix(capped, MONDAY - HOUR) == (
        MONDAY - HOUR + timedelta(minutes=1),
        Scope.CREDIT_LIMIT,
    )
    assert caps.prefix([], MONDAY) == (MONDAY, None)


def test_units() -> None:
    assert caps.cap_units(None) == caps.money_cap_units(None) == caps.NO_CAP
    assert caps.cap_units(40) == 2_400
    assert caps.money_cap_units(100) == 360_000
    assert caps.minutes_left(119, 1) == 1
    assert caps.minutes_left(-5, 1) == 0
    assert caps.minutes_left(15_000 * 60, 15_000) == 1


def test_the_least_cap_binds() -> None:
    assert caps.least({}) is None
    assert caps.least({Scope.CREDIT_LIMIT: 5, Scope.TRAINER_WEEK: 5, Scope.ENGAGEMENT_WEEK: 9}) is (
        Scope.TRAINER_WEEK
    )


@given(
    offset=st.integers(0, 14 * 24 * 3600),
    seconds=st.integers(1, 4 * 24 * 3600),
    timezone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"]),
    left=st.dictionaries(
        st.sampled_from([s.value for s in Scope]), st.integers(0, 300_000 * 15_000), max_size=6
    ),
)
def test_nothing_is_lost_and_no_cap_is_passed(
    offset: int, seconds: int, timezone: str, left: dict[str, int]
) -> None:
    start = MONDAY + timedelta(seconds=offset)
    end = start + timedelta(seconds=seconds)
    found = caps.sections(ground(timezone=timezone), start, end)
    counters = tally(found, **left)
    pieces = counters.split(found)
    assert pieces[0].started_at == start
    assert pieces[-1].ended_at == end
    assert all(a.ended_at == b.started_at for a, b in itertools.pairwise(pieces))
    assert all(
        (a.binding, a.week_starts_at) != (b.binding, b.week_starts_at)
        for a, b in itertools.pairwise(pieces)
    )
    assert min(counters.left.values()) >= 0
    within = sum(p.seconds for p in pieces if p.binding is None)
    assert within == sum(v for k, v in counters.moved.items() if k.scope is Scope.POSITION_TOTAL)
    if within < seconds:  # no more than a second's weight is left in the cap that binds
        assert any(counters.left[key] < weight for s in found for key, weight in s.weights)
