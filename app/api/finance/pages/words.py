"""The page's words, and figures and instants as a reader of the language writes them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

_ENGLISH = {
    "lang": "en",
    "title": "Reconciliation with Stripe",
    "enter_title": "Open the reconciliation page",
    "enter_text": "The page shows both sides of the books. It stays open for half an hour at most, "
    "or until you sign out.",
    "enter_button": "Open the page",
    "closed_title": "This page is closed",
    "closed_text": "The link was used, has expired, or your session has ended. Ask for a new one "
    "with link_reconciliation.",
    "leave": "Close the page",
    "language": "Deutsch",
    "agrees": "Everything agrees to the cent",
    "differs_one": "1 difference is open",
    "differs_many": "{count} differences are open",
    "uneven": "Balances differ",
    "never": "Not reconciled yet",
    "never_text": "It runs by itself once a day; run_reconciliation starts it now.",
    "as_of": "Last run {at}",
    "oldest": "oldest since {at}",
    "lines": "Lines on Stripe's statement",
    "matched": "Matched exactly",
    "open": "Open differences",
    "accounts": "Accounts read",
    "money": "Where the money is",
    "money_text": "Each sum as Stripe says it, above, and as our books say it, below.",
    "stripe": "Stripe",
    "books": "Our books",
    "books_short": "Books",
    "difference": "Difference",
    "what": "What",
    "available": "Platform, available",
    "pending": "Platform, pending",
    "held": "In payees' balances",
    "transit": "On its way to banks",
    "differences": "Open differences",
    "none": "There are none.",
    "more": "These are the newest {count}. list_reconciliation_differences has all of them.",
    "kind": "Kind",
    "fact": "Fact",
    "age": "Age",
    "cause": "Likely cause",
    "action": "What to do",
    "first_seen": "first seen {at}",
    "fee": "fee",
    "clearing": "Accounts that must reach zero",
    "clearing_text": "Money passes through here. What has stood for more than {days} days is "
    "marked.",
    "account": "Account",
    "balance": "Balance",
    "since": "Standing for",
    "late": "too long",
    "months": "Closed months",
    "months_text": "Nothing can be booked into a closed month any more. What comes late stands in "
    "the next open one.",
    "month": "Month",
    "state": "State",
    "closed": "closed",
    "reopened": "open again",
    "postings": "Postings",
    "changed": "Since",
    "runs": "The last runs",
    "runs_text": "Open differences after each run.",
    "day": "Run",
    "nothing": "–",
    "platform": "platform",
}
_GERMAN = {
    "lang": "de",
    "title": "Abgleich mit Stripe",
    "enter_title": "Abgleich öffnen",
    "enter_text": "Die Seite zeigt beide Seiten der Bücher. Sie bleibt höchstens eine halbe Stunde "
    "offen, oder bis Sie sich abmelden.",
    "enter_button": "Seite öffnen",
    "closed_title": "Diese Seite ist geschlossen",
    "closed_text": "Der Link wurde benutzt, ist abgelaufen, oder Ihre Sitzung ist beendet. Holen "
    "Sie mit link_reconciliation einen neuen.",
    "leave": "Seite schließen",
    "language": "English",
    "agrees": "Alles stimmt auf den Cent",
    "differs_one": "1 Abweichung ist offen",
    "differs_many": "{count} Abweichungen sind offen",
    "uneven": "Salden weichen ab",
    "never": "Noch nicht abgeglichen",
    "never_text": "Der Abgleich läuft täglich von selbst; run_reconciliation startet ihn sofort.",
    "as_of": "Letzter Lauf {at}",
    "oldest": "älteste seit {at}",
    "lines": "Zeilen auf Stripes Auszug",
    "matched": "Genau zugeordnet",
    "open": "Offene Abweichungen",
    "accounts": "Gelesene Konten",
    "money": "Wo das Geld ist",
    "money_text": "Jede Summe, wie Stripe sie nennt (oben) und wie unsere Bücher (unten).",
    "stripe": "Stripe",
    "books": "Unsere Bücher",
    "books_short": "Bücher",
    "difference": "Abweichung",
    "what": "Was",
    "available": "Plattform, verfügbar",
    "pending": "Plattform, noch nicht verfügbar",
    "held": "Auf Konten der Empfänger",
    "transit": "Unterwegs zu Banken",
    "differences": "Offene Abweichungen",
    "none": "Es gibt keine.",
    "more": "Das sind die neuesten {count}. list_reconciliation_differences hat alle.",
    "kind": "Art",
    "fact": "Vorgang",
    "age": "Alter",
    "cause": "Wahrscheinliche Ursache",
    "action": "Was zu tun ist",
    "first_seen": "zuerst gesehen {at}",
    "fee": "Gebühr",
    "clearing": "Konten, die auf null kommen müssen",
    "clearing_text": "Hier läuft Geld nur durch. Was länger als {days} Tage steht, ist markiert.",
    "account": "Konto",
    "balance": "Saldo",
    "since": "Steht seit",
    "late": "zu lange",
    "months": "Abgeschlossene Monate",
    "months_text": "In einen abgeschlossenen Monat wird nichts mehr gebucht. Was spät kommt, steht "
    "im nächsten offenen.",
    "month": "Monat",
    "state": "Stand",
    "closed": "abgeschlossen",
    "reopened": "wieder offen",
    "postings": "Buchungen",
    "changed": "Seit",
    "runs": "Die letzten Läufe",
    "runs_text": "Offene Abweichungen nach jedem Lauf.",
    "day": "Lauf",
    "nothing": "–",
    "platform": "Plattform",
}
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": _ENGLISH, "de": _GERMAN})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS_DE = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_UNITS = {
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes")),
    "de": (("Tag", "Tage"), ("Stunde", "Stunden"), ("Minute", "Minuten")),
}
# After "seit", German counts in the dative.
_DATIVE = (("Tag", "Tagen"), ("Stunde", "Stunden"), ("Minute", "Minuten"))


def instant(at: datetime, language: str) -> str:
    """`25 Nov 2026, 12:34 UTC` or `25.11.2026, 12:34 UTC`."""
    at = at.astimezone(UTC)
    if language == "de":
        return f"{at:%d.%m.%Y, %H:%M} UTC"
    return f"{at.day} {_MONTHS[at.month - 1]} {at:%Y, %H:%M} UTC"


def short_day(at: datetime, language: str) -> str:
    """`25 Nov` or `25.11.`"""
    at = at.astimezone(UTC)
    return f"{at:%d.%m.}" if language == "de" else f"{at.day} {_MONTHS[at.month - 1]}"


def month(first: date, language: str) -> str:
    """`Oct 2026` or `Oktober 2026`"""
    names = _MONTHS_DE if language == "de" else _MONTHS
    return f"{names[first.month - 1]} {first.year}"


def number(count: int, language: str) -> str:
    """`1,234` or `1.234`"""
    return f"{count:,}".replace(",", "." if language == "de" else ",")


def age(past: timedelta, language: str, *, dative: bool = False) -> str:
    """In the largest unit that it fills: `3 days`, `1 Stunde`."""
    seconds = max(0, int(past.total_seconds()))
    units = _DATIVE if dative and language == "de" else _UNITS[language]
    for size, (one, many) in zip((86_400, 3_600, 60), units, strict=True):
        if seconds >= size:
            count = seconds // size
            return f"{count} {one if count == 1 else many}"
    return f"0 {units[2][1]}"
