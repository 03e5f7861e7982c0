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
    bonus_sides,
)
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
