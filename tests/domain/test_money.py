"""Amounts of one currency add up; what people and files read of them is exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import CurrencyMismatch, Money, as_decimal, div_half_up, format_minor

MINOR = st.integers(-(10**13), 10**13)


@given(MINOR, MINOR)
def test_amounts_add_and_subtract(one: int, two: int) -> None:
    together = Money(one, "USD") + Money(two, "USD")
    assert together == Money(one + two, "USD")
    assert together - Money(two, "USD") == Money(one, "USD")


def test_two_currencies_never_meet() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(CurrencyMismatch):
        Money(1, "USD") - Money(1, "EUR")


@given(MINOR, st.integers(1, 10**6))
def test_halves_go_away_from_zero(numerator: int, denominator: int) -> None:
    quotient = div_half_up(numerator, denominator)
    assert 2 * abs(abs(numerator) - abs(quotient) * denominator) <= denominator
    assert div_half_up(-numerator, denominator) == -quotient
    assert div_half_up(2 * quotient + 1, 2) == quotient + (1 if quotient >= 0 else 0)


def test_nothing_is_divided_by_nothing() -> None:
    with pytest.raises(ValueError, match="positive"):
        div_half_up(1, 0)


@pytest.mark.parametrize(
    ("minor", "currency", "english", "german", "decimal"),
    [
        (123_450, "USD", "1,234.50 USD", "1.234,50 USD", "1234.50"),
        (-5, "EUR", "-0.05 EUR", "-0,05 EUR", "-0.05"),
        (1_234, "JPY", "1,234 JPY", "1.234 JPY", "1234"),
        (1_234_567, "KWD", "1,234.567 KWD", "1.234,567 KWD", "1234.567"),
        (0, "USD", "0.00 USD", "0,00 USD", "0.00"),
    ],
)
def test_as_people_and_files_read_it(
    minor: int, currency: str, english: str, german: str, decimal: str
) -> None:
    assert format_minor(minor, currency) == english
    assert format_minor(minor, currency, "de") == german
    assert str(as_decimal(minor, currency)) == decimal
