"""What matching asks beyond a position's requirements: an affordable rate, free hours, a start.

Said for the reader's side of the money only. On which side the comparison of rates is made does not
matter: `bill_from_asking(asking) <= cap` holds exactly when `asking <= pay_from_bill(cap)`.
"""

from dataclasses import dataclass
from datetime import date

from app.domain.money import Money, format_minor
from app.domain.requirements import Check, Met, Need, Unmet
from app.domain.scoring import Side


@dataclass(frozen=True, slots=True)
class Terms:
    """What one trainer asks and one position offers, on the reader's side.

    `affordable` is decided on the pay side, which also knows the platform's pay cap.
    """

    side: Side
    cap: Money
    asking: Money | None
    affordable: bool
    free_minutes: int
    available_from_on: date | None


def affordable(asking: Money | None, up_to: Money) -> bool:
    """Whether a pay rate that is asked lies within what a position pays at most.

    Nothing asked fits anything; another currency fits nothing, for nobody converts it yet.
    """
    return asking is None or (asking.currency == up_to.currency and asking.minor <= up_to.minor)


def checks(terms: Terms, *, on: date, starts_on: date) -> list[Check]:
    """Rate, hours and start, met or not, in this order."""
    return [_rate(terms), _hours(terms), _start(terms, max(on, starts_on))]


def unmet(terms: Terms, *, on: date, starts_on: date) -> list[Unmet]:
    """Those of `checks` that do not hold."""
    return [each for each in checks(terms, on=on, starts_on=starts_on) if isinstance(each, Unmet)]


def count_unmet(terms: Terms, *, on: date, starts_on: date) -> int:
    """How many `unmet` finds, without a word about them: for thousands at once."""
    return (
        (not terms.affordable)
        + (terms.free_minutes <= 0)
        + (not _starts(terms.available_from_on, max(on, starts_on)))
    )


def _starts(available_from_on: date | None, by: date) -> bool:
    return available_from_on is None or available_from_on <= by


def _rate(terms: Terms) -> Check:
    asking, cap = terms.asking, terms.cap
    needed = format_minor(cap.minor, cap.currency)
    found = format_minor(asking.minor, asking.currency) if asking else "–"
    cap_de = format_minor(cap.minor, cap.currency, "de")
    found_de = format_minor(asking.minor, asking.currency, "de") if asking else "–"
    if terms.side is Side.CLIENT:
        words = (
            f"An asking rate within your cap of {needed} an hour. Found: {found}.",
            f"Wunschsatz bis zu Ihrer Obergrenze von {cap_de} je Stunde. Gefunden: {found_de}.",
        )
    else:
        words = (
            f"An asking rate up to {needed} an hour. Yours: {found}.",
            f"Wunschsatz bis zu {cap_de} je Stunde. Ihrer: {found_de}.",
        )
    if terms.affordable:
        return Met(Need.RATE, needed, found, *words)
    if asking and asking.currency == cap.currency and asking.minor <= cap.minor:
        # Within this position's cap and still too much: the rate card is lower where she lives.
        words = (
            f"{words[0]} The platform's rate card allows less for this trainer's country.",
            f"{words[1]} Die Ratenkarte der Plattform erlaubt für ihr Land weniger.",
        )
    opens = (
        (f"Ask for {needed} or less.", f"Verlangen Sie {cap_de} oder weniger.")
        if terms.side is Side.TRAINER
        else (
            "The trainer would have to lower the asking rate, or you raise the cap.",
            "Der Wunschsatz müsste sinken, oder Sie heben die Obergrenze an.",
        )
    )
    return Unmet(Need.RATE, needed, found, *words, *opens)


def _hours(terms: Terms) -> Check:
    free = max(0, terms.free_minutes)
    words = (
        f"Free time in the week. Found: {free} minutes.",
        f"Freie Zeit in der Woche. Gefunden: {free} Minuten.",
    )
    found = f"{free} min"
    if free > 0:
        return Met(Need.HOURS, "1 min", found, *words)
    return Unmet(
        Need.HOURS,
        "1 min",
        found,
        *words,
        "Raise the weekly minutes of the availability, or end other work.",
        "Erhöhen Sie die verfügbaren Wochenminuten oder beenden Sie andere Arbeit.",
    )


def _start(terms: Terms, by: date) -> Check:
    free_on = terms.available_from_on
    needed, found = by.isoformat(), free_on.isoformat() if free_on else "–"
    words = (
        f"Available by {needed}. Available from: {found}.",
        f"Verfügbar bis zum {needed}. Verfügbar ab: {found}.",
    )
    if _starts(free_on, by):
        return Met(Need.START, needed, found, *words)
    return Unmet(
        Need.START,
        needed,
        found,
        *words,
        "Move the first available day forward.",
        "Legen Sie den ersten verfügbaren Tag früher.",
    )
