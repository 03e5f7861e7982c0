"""The rules of adjustments, for every amount and fee."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.adjustments import (
    ADJUSTMENT_MOVES,
    FLAT,
    AdjustmentEvent,
    AdjustmentState,
    AdjustmentType,
    LineType,
    Outcome,
    bonus_sides,
    clawback_sides,
    expense_sides,
    on_silence,
)
from app.domain.hours import NOTHING, Priced, corrected, further
from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove

AMOUNTS = st.integers(0, 10**13)
FEES = st.integers(0, 9_999)


@given(AMOUNTS, FEES)
def test_a_bonus_takes_the_fee_and_never_more(bill: int, fee: int) -> None:
    sides = bonus_sides(bill, fee)
    assert sides.bill_minor == bill
    assert 0 <= sides.pay_minor <= bill
    assert sides.pay_minor * 10_000 <= bill * (10_000 - fee) < (sides.pay_minor + 1) * 10_000


@given(st.lists(st.integers(0, 10**9), max_size=20), FEES)
def test_bonuses_in_pieces_lose_less_than_a_unit_each(parts: list[int], fee: int) -> None:
    """One bonus or many: the trainer's sum differs by less than one unit a piece."""
    whole = bonus_sides(sum(parts), fee).pay_minor
    pieces = sum(bonus_sides(part, fee).pay_minor for part in parts)
    assert 0 <= whole - pieces <= max(0, len(parts) - 1)


def test_a_bonus_is_never_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        bonus_sides(-1, 2_000)


def test_lines_know_every_type() -> None:
    assert {t.value for t in LineType} == {"time", *(t.value for t in AdjustmentType)}
    assert {t.value for t in FLAT} == {"bonus", "expense", "clawback"}


def test_every_state_and_event() -> None:
    """What is decided stays, and nothing that waits is without a way on."""
    for state, event in product(AdjustmentState, AdjustmentEvent):
        if (state, event) in ADJUSTMENT_MOVES:
            assert step("adjustment", ADJUSTMENT_MOVES, state, event) is not state
        else:
            with pytest.raises(IllegalMove):
                step("adjustment", ADJUSTMENT_MOVES, state, event)
    moving = {state for state, _ in ADJUSTMENT_MOVES}
    assert set(AdjustmentState) - moving == {AdjustmentState.APPROVED, AdjustmentState.DECLINED}


@given(AMOUNTS, FEES)
def test_a_clawback_undoes_a_bonus_of_the_same_sum(bill: int, fee: int) -> None:
    given_, taken = bonus_sides(bill, fee), clawback_sides(bill, fee)
    assert (given_.bill_minor + taken.bill_minor, given_.pay_minor + taken.pay_minor) == (0, 0)


@given(AMOUNTS)
def test_an_expense_is_the_same_on_both_sides_or_the_platforms(minor: int) -> None:
    shared, ours = (expense_sides(minor, company_pays=pays) for pays in (True, False))
    assert (shared.bill_minor, shared.pay_minor) == (minor, minor)
    assert (ours.bill_minor, ours.pay_minor) == (0, minor)


def test_silence_never_takes_and_never_approves() -> None:
    for type_, state in product(AdjustmentType, AdjustmentState):
        silence = on_silence(type_, state)
        if state in (AdjustmentState.APPROVED, AdjustmentState.DECLINED):
            assert silence is None
            continue
        assert silence is not None
        assert silence.en
        assert silence.de
        if silence.event is None:
            continue
        after = step("adjustment", ADJUSTMENT_MOVES, state, silence.event)
        assert after is not AdjustmentState.APPROVED
        # What a trainer claims is never declined by the clock; what is taken from her lapses.
        assert after is not AdjustmentState.DECLINED or type_ is AdjustmentType.CORRECTION
    assert {o.value for o in Outcome} == {"approved", "declined"}


# Seconds of an approval, or minutes of a correction.
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("time"), st.integers(0, 200_000)),
        st.tuples(st.just("correction"), st.integers(-3_000, 3_000)),
    ),
    max_size=25,
)


@given(DEEDS, st.integers(1, 100_000), FEES)
def test_no_splitting_changes_either_side(
    deeds: list[tuple[str, int]], bill_rate: int, fee: int
) -> None:
    """Time and corrections in any portions come to the one rounding of their sum, on both sides
    from the same minutes."""
    pay_rate = bonus_sides(bill_rate, fee).pay_minor
    bill, pay, seconds = NOTHING, NOTHING, 0
    for kind, amount in deeds:
        change = amount if kind == "time" else amount * 60
        if seconds + change < 0:
            with pytest.raises(ValueError, match="more is taken"):
                corrected(bill, amount, bill_rate)
            continue
        seconds += change
        if kind == "time":
            lines = [further(each, amount, r) for each, r in ((bill, bill_rate), (pay, pay_rate))]
        else:
            lines = [corrected(each, amount, r) for each, r in ((bill, bill_rate), (pay, pay_rate))]
            assert [line.minutes for line in lines] == [amount, amount]
            assert all(line.minor * amount >= 0 for line in lines)
        bill, pay = bill + lines[0], pay + lines[1]
    assert bill == further(NOTHING, seconds, bill_rate)
    assert pay == further(NOTHING, seconds, pay_rate)
    assert bill.minutes == pay.minutes


@given(st.integers(0, 1_000_000), st.integers(1, 3_000), st.integers(1, 100_000))
def test_a_correction_and_its_opposite_leave_nothing(seconds: int, minutes: int, rate: int) -> None:
    before = further(NOTHING, seconds, rate)
    more = corrected(before, minutes, rate)
    less = corrected(before + more, -minutes, rate)
    assert more + less == Priced(0, 0, 0)
