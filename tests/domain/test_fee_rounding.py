"""A fee taken from a bill rate, and an asking rate grossed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.rates import bill_from_asking, pay_from_bill

MINOR = st.integers(0, 10**13)
FEES = st.integers(0, 9_999)


@pytest.mark.parametrize(
    ("bill", "fee_bps", "pay"),
    [(15_000, 2_000, 12_000), (733_137, 5_475, 331_744), (1, 2_000, 0), (15_001, 0, 15_001)],
)
def test_pay_is_rounded_down(bill: int, fee_bps: int, pay: int) -> None:
    assert pay_from_bill(bill, fee_bps) == pay


@given(asking=MINOR, fee_bps=FEES)
def test_the_grossed_up_rate_is_the_lowest_that_pays_what_is_asked(
    asking: int, fee_bps: int
) -> None:
    bill = bill_from_asking(asking, fee_bps)
    assert pay_from_bill(bill, fee_bps) >= asking
    assert bill == 0 or pay_from_bill(bill - 1, fee_bps) < asking


@given(bill=MINOR, fee_bps=FEES)
def test_nobody_is_paid_more_than_is_billed(bill: int, fee_bps: int) -> None:
    assert 0 <= pay_from_bill(bill, fee_bps) <= bill


def test_impossible_figures_are_a_defect() -> None:
    with pytest.raises(ValueError, match="negative"):
        pay_from_bill(-1, 0)
    with pytest.raises(ValueError, match="fee_bps"):
        bill_from_asking(1, 10_000)
