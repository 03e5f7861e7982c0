"""Money is an integer in minor units with a currency. Floats never appear."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

# ISO 4217 exponents that differ from two decimals.
_EXPONENTS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
         "VUV", "XAF", "XOF", "XPF"),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were put together: a defect of ours, never input."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`minor` minor units (may be negative) of the ISO 4217 `currency`."""

    minor: int
    currency: str

    def __add__(self, other: Self) -> "Money":
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> "Money":
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return Money(self.minor - other.minor, self.currency)


def exponent(currency: str) -> int:
    """How many decimals the currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def as_decimal(minor: int, currency: str) -> Decimal:
    """123450 and USD → 1234.50, exact: for files that other systems read."""
    return Decimal(minor).scaleb(-exponent(currency))


def div_half_up(numerator: int, denominator: int) -> int:
    """Divide integers, halves away from zero. `denominator` > 0."""
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def format_minor(minor: int, currency: str, language: str = "en") -> str:
    """`1,234.50 USD` in English, `1.234,50 USD` in German."""
    places = exponent(currency)
    sign = "-" if minor < 0 else ""
    whole, fraction = divmod(abs(minor), 10**places)
    text = f"{whole:,}"
    if places:
        text += f".{fraction:0{places}d}"
    if language == "de":
        text = text.translate(str.maketrans(",.", ".,"))
    return f"{sign}{text} {currency}"
