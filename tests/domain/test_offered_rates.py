"""Which cap binds, and that no refusal crosses to the other side of the money."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.offered_rates import (
    BillLimit,
    Caps,
    broken_by_asking,
    broken_by_bill,
    highest_bill_for_pay,
    lowest_bill_for_pay,
)
from app.domain.rates import pay_from_bill

FEES = st.integers(0, 9_999)
MINOR = st.integers(0, 10**13)


@given(cap=MINOR, fee_bps=FEES)
def test_the_highest_bill_pays_within_the_cap_and_one_more_does_not(cap: int, fee_bps: int) -> None:
    highest = highest_bill_for_pay(cap, fee_bps)
    assert pay_from_bill(highest, fee_bps) <= cap
    assert pay_from_bill(highest + 1, fee_bps) > cap


@given(fee_bps=FEES)
def test_the_lowest_bill_pays_something(fee_bps: int) -> None:
    assert pay_from_bill(lowest_bill_for_pay(fee_bps), fee_bps) >= 1
    assert lowest_bill_for_pay(fee_bps) >= 100


@given(bill=MINOR, position=MINOR, card_bill=MINOR, card_pay=MINOR, fee_bps=FEES)
def test_a_rate_is_good_exactly_when_no_cap_is_broken(
    bill: int, position: int, card_bill: int, card_pay: int, fee_bps: int
) -> None:
    pay = pay_from_bill(bill, fee_bps)
    broken = broken_by_bill(bill, caps=Caps(position, card_bill, card_pay), fee_bps=fee_bps)
    fits = (
        bill >= lowest_bill_for_pay(fee_bps)
        and bill <= position
        and bill <= card_bill
        and pay <= card_pay
    )
    assert (broken is None) == fits


@pytest.mark.parametrize(
    ("bill", "caps", "limit"),
    [
        (25_000, Caps(25_000, 25_000, 20_000), None),
        (99, Caps(25_000, 25_000, 20_000), BillLimit.LOWEST),
        (25_001, Caps(25_000, 30_000, 30_000), BillLimit.POSITION_CAP),
        (25_001, Caps(25_000, 25_000, 20_000), BillLimit.POSITION_CAP),
        (25_001, Caps(30_000, 25_000, 20_000), BillLimit.CARD_BILL_CAP),
        (25_002, Caps(30_000, 30_000, 20_000), BillLimit.CARD_PAY_CAP),
    ],
)
def test_the_company_s_own_limits_are_told_first(
    bill: int, caps: Caps, limit: BillLimit | None
) -> None:
    assert broken_by_bill(bill, caps=caps, fee_bps=2_000) is limit


def test_a_trainer_is_held_to_the_pay_cap_only() -> None:
    assert not broken_by_asking(20_000, card_pay_minor=20_000)
    assert broken_by_asking(20_001, card_pay_minor=20_000)


@pytest.mark.parametrize(("cap", "fee_bps"), [(-1, 0), (1, -1), (1, 10_000)])
def test_impossible_figures_are_a_defect(cap: int, fee_bps: int) -> None:
    with pytest.raises(ValueError, match="fee_bps"):
        highest_bill_for_pay(cap, fee_bps)


@pytest.mark.parametrize("fee_bps", [-1, 10_000])
def test_impossible_fees_are_a_defect(fee_bps: int) -> None:
    with pytest.raises(ValueError, match="fee_bps"):
        lowest_bill_for_pay(fee_bps)
