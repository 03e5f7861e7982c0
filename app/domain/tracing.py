"""Why a line of approved time is worth exactly what it is, in words for either side.

The sum of a worked week and rate is rounded once over all its lines: a line holds what the new sum
comes to minus what earlier lines hold. Whoever has the seconds and what was held before can do the
sum again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.adjustments import FLAT, LineType
from app.domain.hours import NOTHING, Priced
from app.domain.minutes import Told
from app.domain.money import format_minor


@dataclass(frozen=True, slots=True)
class HeldLine:
    """Time or a correction of one worked week at one rate, as it was written down."""

    id: UUID
    engagement_id: UUID
    week_starts_at: datetime
    rate_minor: int
    priced: Priced


def held_before(lines: Iterable[HeldLine]) -> dict[UUID, Priced]:
    """What earlier lines of the same engagement, week and rate hold, by line. `lines` in the order
    in which they were written."""
    sums: dict[tuple[UUID, datetime, int], Priced] = {}
    found = {}
    for line in lines:
        key = (line.engagement_id, line.week_starts_at, line.rate_minor)
        found[line.id] = sums.get(key, NOTHING)
        sums[key] = found[line.id] + line.priced
    return found


def told_line(
    type_: LineType, here: Priced, earlier: Priced, rate_minor: int, currency: str
) -> Told:
    """How seconds became minutes and minutes money. A sum of money: see `told_sum`."""
    if type_ in FLAT:
        return Told("", "")
    told = {
        language: _sentence(language, here, earlier, rate_minor, currency)
        for language in ("en", "de")
    }
    if type_ is LineType.CORRECTION:
        return Told(
            f"A correction of approved time by {here.minutes} min at the rate of that week. "
            + told["en"],
            f"Korrektur freigegebener Zeit um {here.minutes} min zum Satz jener Woche. "
            + told["de"],
        )
    return Told(told["en"], told["de"])


def told_bill_sum(type_: LineType) -> Told:
    """A sum of money as the company reads it."""
    return _BILL_SUMS[type_]


def told_pay_sum(type_: LineType) -> Told:
    """A sum of money as the trainer reads it."""
    return _PAY_SUMS[type_]


def _sentence(language: str, here: Priced, earlier: Priced, rate_minor: int, currency: str) -> str:
    together = earlier + here
    parts = {
        "seconds": here.seconds,
        "minutes": together.minutes,
        "rate": format_minor(rate_minor, currency, language),
        "money": format_minor(together.minor, currency, language),
    }
    if earlier == NOTHING:
        return _ALONE[language].format(**parts)
    return _TOGETHER[language].format(
        **parts,
        earlier=earlier.seconds,
        held=earlier.minutes,
        held_money=format_minor(earlier.minor, currency, language),
        here=here.minutes,
        here_money=format_minor(here.minor, currency, language),
    )


_ALONE: Mapping[str, str] = {
    "en": "{seconds} seconds are {minutes} minutes, half a minute rounded up; at {rate} an hour"
    " they come to {money}, half of the smallest coin rounded up.",
    "de": "{seconds} Sekunden sind {minutes} Minuten, eine halbe aufgerundet; zu {rate} je Stunde"
    " ergeben sie {money}, die halbe kleinste Münze aufgerundet.",
}
_TOGETHER: Mapping[str, str] = {
    "en": "{seconds} seconds here and {earlier} on earlier lines of this week and rate are"
    " {minutes} minutes, half a minute rounded up; at {rate} an hour they come to {money}, half of"
    " the smallest coin rounded up. Earlier lines hold {held} minutes and {held_money}, so {here}"
    " minutes and {here_money} are left for this line.",
    "de": "{seconds} Sekunden hier und {earlier} auf früheren Zeilen dieser Woche und dieses"
    " Satzes sind {minutes} Minuten, eine halbe aufgerundet; zu {rate} je Stunde ergeben sie"
    " {money}, die halbe kleinste Münze aufgerundet. Frühere Zeilen halten {held} Minuten und"
    " {held_money}, also bleiben für diese Zeile {here} Minuten und {here_money}.",
}
_PAY_SUMS: Mapping[LineType, Told] = {
    LineType.BONUS: Told(
        "A bonus: your part of it, rounded down.", "Eine Prämie: Ihr Anteil, abgerundet."
    ),
    LineType.EXPENSE: Told("What you laid out, in full.", "Ihre Auslagen, in voller Höhe."),
    LineType.CLAWBACK: Told(
        "Money taken back by a decision; the reason stands beside it.",
        "Durch eine Entscheidung zurückgefordert; der Grund steht dabei.",
    ),
}
_BILL_SUMS: Mapping[LineType, Told] = {
    LineType.BONUS: Told(
        "A bonus, as you gave it; the reason stands beside it.",
        "Eine Prämie, wie von Ihnen gegeben; der Grund steht dabei.",
    ),
    LineType.EXPENSE: Told(
        "What was laid out for you, in full and without a fee.",
        "Für Sie verauslagt, in voller Höhe und ohne Gebühr.",
    ),
    LineType.CLAWBACK: Told(
        "Given back to you by a decision; the reason stands beside it.",
        "Ihnen durch eine Entscheidung gutgeschrieben; der Grund steht dabei.",
    ),
}
