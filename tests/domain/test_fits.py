"""Rate, hours and start, on each side's own money."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import fits, rates
from app.domain.fits import Terms
from app.domain.money import Money
from app.domain.requirements import Met, Need
from app.domain.scoring import Side

ON = date(2026, 11, 2)


def terms(**over: object) -> Terms:
    whole = {
        "side": Side.TRAINER,
        "cap": Money(14_400, "USD"),
        "asking": Money(11_000, "USD"),
        "affordable": True,
        "free_minutes": 60,
        "available_from_on": None,
    }
    return Terms(**{**whole, **over})  # type: ignore[arg-type]


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 9_999))
def test_both_sides_compare_alike(asking: int, cap: int, fee_bps: int) -> None:
    """What a company sees within its cap is what a trainer sees within her pay, and never else."""
    company_side = rates.bill_from_asking(asking, fee_bps) <= cap
    up_to = Money(rates.pay_from_bill(cap, fee_bps), "USD")
    assert fits.affordable(Money(asking, "USD"), up_to) == company_side


def test_affordable() -> None:
    up_to = Money(14_400, "USD")
    assert fits.affordable(None, up_to)
    assert fits.affordable(Money(14_400, "USD"), up_to)
    assert not fits.affordable(Money(14_401, "USD"), up_to)
    assert not fits.affordable(Money(1, "EUR"), up_to)


@given(
    st.sampled_from(Side),
    st.none() | st.builds(Money, st.integers(1, 30_000), st.sampled_from(["USD", "EUR"])),
    st.booleans(),
    st.integers(-100, 2_000),
    st.none() | st.dates(ON - timedelta(days=30), ON + timedelta(days=30)),
)
def test_unmet_are_the_checks_that_fail(
    side: Side, asking: Money | None, affordable: bool, free: int, available: date | None
) -> None:
    asked = terms(side=side, asking=asking, affordable=affordable, free_minutes=free,
                  available_from_on=available)  # fmt: skip
    checks = fits.checks(asked, on=ON, starts_on=ON)
    assert [each.requirement for each in checks] == [Need.RATE, Need.HOURS, Need.START]
    unmet = fits.unmet(asked, on=ON, starts_on=ON)
    assert unmet == [each for each in checks if not isinstance(each, Met)]
    assert fits.count_unmet(asked, on=ON, starts_on=ON) == len(unmet)
    holds = [affordable, free > 0, available is None or available <= ON]
    assert [isinstance(each, Met) for each in checks] == holds


def test_a_later_first_day_of_the_position_leaves_more_time() -> None:
    late = terms(available_from_on=ON + timedelta(days=7))
    assert fits.unmet(late, on=ON, starts_on=ON + timedelta(days=7)) == []
    assert fits.unmet(late, on=ON, starts_on=ON + timedelta(days=6)) != []


@pytest.mark.parametrize("side", Side)
def test_a_rate_beyond_the_cap_says_what_would_open_it(side: Side) -> None:
    asked = terms(side=side, asking=Money(15_000, "USD"), affordable=False)
    (no,) = fits.unmet(asked, on=ON, starts_on=ON)
    assert "144.00 USD" in no.en
    assert "144,00 USD" in no.de
    assert ("144.00" in no.opens_en) == (side is Side.TRAINER)
    assert "rate card" not in no.en


def test_a_rate_within_the_cap_and_still_too_much_blames_the_rate_card() -> None:
    asked = terms(side=Side.CLIENT, affordable=False)
    (no,) = fits.unmet(asked, on=ON, starts_on=ON)
    assert "rate card" in no.en
    assert "Ratenkarte" in no.de
