"""The words, numbers and dates of printed documents, in English and German."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from app.gateways.documents.rendering import DocumentLanguage

LABELS: Final[Mapping[DocumentLanguage, Mapping[str, str]]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "title": "Invoice",
                "number": "Invoice number",
                "issued_on": "Invoice date",
                "due_on": "Payment due",
                "service_period": "Service period",
                "buyer_reference": "Your reference",
                "purchase_order": "Purchase order",
                "cost_centre": "Cost centre",
                "buyer_vat_id": "Your VAT ID",
                "position": "No.",
                "description": "Service",
                "hours": "Hours",
                "minutes": "Minutes",
                "in_minutes": "minutes",
                "rate": "Rate per hour",
                "amount": "Amount",
                "total_time": "Total time",
                "net": "Net amount",
                "tax": "VAT",
                "tax_AE": "VAT (reverse charge)",
                "tax_O": "VAT (outside its scope)",
                "on": "on",
                "gross": "Amount due",
                "payment": "Payment",
                "payee": "Payee",
                "iban": "IBAN",
                "bic": "BIC",
                "reference": "Reference",
                "pay_online": "Pay online",
                "vat_id": "VAT ID",
                "tax_number": "Tax number",
                "page": "Page",
                "of": "of",
                "sample": "Development issuer – invented data",
                "times": "Hours are shown as h:mm. Amounts are computed from minutes.",
                "type_time": "",
                "type_bonus": "Bonus",
                "type_expense": "Expenses",
                "type_correction": "Correction of hours",
                "type_clawback": "Refund",
            }
        ),
        "de": MappingProxyType(
            {
                "title": "Rechnung",
                "number": "Rechnungsnummer",
                "issued_on": "Rechnungsdatum",
                "due_on": "Zahlbar bis",
                "service_period": "Leistungszeitraum",
                "buyer_reference": "Ihr Zeichen",
                "purchase_order": "Bestellnummer",
                "cost_centre": "Kostenstelle",
                "buyer_vat_id": "Ihre USt-IdNr.",
                "position": "Pos.",
                "description": "Leistung",
                "hours": "Stunden",
                "minutes": "Minuten",
                "in_minutes": "Minuten",
                "rate": "Stundensatz",
                "amount": "Betrag",
                "total_time": "Gesamtzeit",
                "net": "Nettobetrag",
                "tax": "USt.",
                "tax_AE": "USt. (Reverse Charge)",
                "tax_O": "USt. (nicht steuerbar)",
                "on": "auf",
                "gross": "Zahlbetrag",
                "payment": "Zahlung",
                "payee": "Empfänger",
                "iban": "IBAN",
                "bic": "BIC",
                "reference": "Verwendungszweck",
                "pay_online": "Online bezahlen",
                "vat_id": "USt-IdNr.",
                "tax_number": "Steuernummer",
                "page": "Seite",
                "of": "von",
                "sample": "Entwicklungs-Aussteller – erfundene Daten",
                "times": "Stunden als h:mm. Beträge sind aus den Minuten berechnet.",
                "type_time": "",
                "type_bonus": "Prämie",
                "type_expense": "Auslagen",
                "type_correction": "Korrektur von Stunden",
                "type_clawback": "Erstattung",
            }
        ),
    }
)

_SEPARATORS: Final[Mapping[DocumentLanguage, tuple[str, str]]] = MappingProxyType(
    {"en": (",", "."), "de": (".", ",")}
)
# fmt: off
_ENGLISH_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)
# fmt: on
_MINUS: Final = "\N{MINUS SIGN}"
_NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
_MINUTES_PER_HOUR: Final = 60


def number(value: int, language: DocumentLanguage, exponent: int = 0) -> str:
    """An integer of units that are 10 to the power of minus `exponent`: 123456, 2 → 1,234.56."""
    thousands, point = _SEPARATORS[language]
    digits = str(abs(value)).rjust(exponent + 1, "0")
    cut = len(digits) - exponent
    whole = f"{int(digits[:cut]):,}".replace(",", thousands)
    fraction = f"{point}{digits[cut:]}" if exponent else ""
    return f"{_MINUS if value < 0 else ''}{whole}{fraction}"


def amount_with_currency(
    value: int, language: DocumentLanguage, exponent: int, currency: str
) -> str:
    """EUR 1,234.56 in English, 1.234,56 EUR in German, never broken over two lines."""
    shown = number(value, language, exponent)
    parts = (currency, shown) if language == "en" else (shown, currency)
    return _NO_BREAK_SPACE.join(parts)


def percentage(bps: int, language: DocumentLanguage) -> str:
    """1900 → 19%, 810 → 8.1%; in German with a space and a comma."""
    _, point = _SEPARATORS[language]
    whole, fraction = divmod(bps, 100)
    digits = f"{fraction:02d}".rstrip("0")
    shown = f"{whole}{point}{digits}" if digits else str(whole)
    return f"{shown}%" if language == "en" else f"{shown}{_NO_BREAK_SPACE}%"


def hours(minutes: int, language: DocumentLanguage) -> str:
    """2255 → 37:35."""
    whole, rest = divmod(abs(minutes), _MINUTES_PER_HOUR)
    return f"{_MINUS if minutes < 0 else ''}{number(whole, language)}:{rest:02d}"


def day(value: date, language: DocumentLanguage) -> str:
    """17 Nov 2026, in German 17.11.2026."""
    return _day_and_month(value, language) + _year(value, language)


def days(first: date, last: date, language: DocumentLanguage) -> str:
    """A span of days, both included, that names a shared month and year once.

    2–8 Nov 2026 and 30 Nov – 6 Dec 2026, in German 02.–08.11.2026 and 30.11.–06.12.2026.
    """
    if first == last:
        return day(first, language)
    if first.year != last.year:
        return f"{day(first, language)} – {day(last, language)}"
    if first.month != last.month:
        dash = "–" if language == "de" else _NO_BREAK_SPACE.join(("", "–", ""))
        return f"{_day_and_month(first, language)}{dash}{day(last, language)}"
    start = f"{first.day:02d}." if language == "de" else str(first.day)
    return f"{start}–{day(last, language)}"


def _day_and_month(value: date, language: DocumentLanguage) -> str:
    if language == "de":
        return f"{value:%d.%m.}"
    return f"{value.day}{_NO_BREAK_SPACE}{_ENGLISH_MONTHS[value.month - 1]}"


def _year(value: date, language: DocumentLanguage) -> str:
    return f"{'' if language == 'de' else _NO_BREAK_SPACE}{value.year:04d}"


def iban_groups(iban: str) -> str:
    """An IBAN in groups of four, as people read it out."""
    compact = "".join(iban.split()).upper()
    groups = (compact[start : start + 4] for start in range(0, len(compact), 4))
    return _NO_BREAK_SPACE.join(groups)
