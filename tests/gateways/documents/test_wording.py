"""Numbers, amounts, times and dates as people in two languages write them."""

from datetime import date

import pytest

from app.gateways.documents import wording
from app.gateways.documents.rendering import DocumentLanguage


@pytest.mark.parametrize(
    ("value", "exponent", "english", "german"),
    [
        (0, 2, "0.00", "0,00"),
        (5, 2, "0.05", "0,05"),
        (-5, 2, "\N{MINUS SIGN}0.05", "\N{MINUS SIGN}0,05"),
        (123_456_789, 2, "1,234,567.89", "1.234.567,89"),
        (1_234, 0, "1,234", "1.234"),
        (1_234, 3, "1.234", "1,234"),
    ],
)
def test_numbers(value: int, exponent: int, english: str, german: str) -> None:
    assert wording.number(value, "en", exponent) == english
    assert wording.number(value, "de", exponent) == german


def test_amounts_name_their_currency_where_the_language_does() -> None:
    assert wording.amount_with_currency(636_650, "en", 2, "EUR") == "EUR\xa06,366.50"
    assert wording.amount_with_currency(636_650, "de", 2, "EUR") == "6.366,50\xa0EUR"
    assert wording.amount_with_currency(5_000, "en", 0, "JPY") == "JPY\xa05,000"


@pytest.mark.parametrize(
    ("bps", "english", "german"),
    [(1900, "19%", "19\xa0%"), (810, "8.1%", "8,1\xa0%"), (0, "0%", "0\xa0%")],
)
def test_percentages(bps: int, english: str, german: str) -> None:
    assert wording.percentage(bps, "en") == english
    assert wording.percentage(bps, "de") == german


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0, "0:00"),
        (5, "0:05"),
        (2_255, "37:35"),
        (-65, "\N{MINUS SIGN}1:05"),
        (756_300, "12,605:00"),
    ],
)
def test_hours(minutes: int, shown: str) -> None:
    assert wording.hours(minutes, "en") == shown


@pytest.mark.parametrize(
    ("first", "last", "language", "shown"),
    [
        (date(2026, 11, 2), date(2026, 11, 2), "en", "2 Nov 2026"),
        (date(2026, 11, 2), date(2026, 11, 8), "en", "2–8 Nov 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "en", "30 Nov – 6 Dec 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "en", "28 Dec 2026 – 3 Jan 2027"),
        (date(2026, 11, 2), date(2026, 11, 2), "de", "02.11.2026"),
        (date(2026, 11, 2), date(2026, 11, 8), "de", "02.–08.11.2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "de", "30.11.–06.12.2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "de", "28.12.2026 – 03.01.2027"),
    ],
)
def test_spans_of_days(first: date, last: date, language: DocumentLanguage, shown: str) -> None:
    assert wording.days(first, last, language).replace("\xa0", " ") == shown


def test_ibans_are_grouped() -> None:
    assert wording.iban_groups("de02120300000000202051") == "DE02 1203 0000 0000 2020 51".replace(
        " ", "\xa0"
    )


def test_both_languages_have_all_labels() -> None:
    assert wording.LABELS["en"].keys() == wording.LABELS["de"].keys()
