"""Why a timesheet holds just so many minutes: each piece of time, each sum, in words.

Pieces of entries are counted or say why not; counted seconds are summed by worked week and rate,
and rounded once over all lines of that week and rate, so that a line holds what the new sum comes
to minus what earlier lines hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain import hours
from app.domain.hours import NOTHING, Priced
from app.domain.rates import DatedRate
from app.domain.timesheets import EntryState
from app.domain.weeks import Span


class Begin(StrEnum):
    """Why a piece begins where it does."""

    AS_SAID = "as_said"
    WEEK = "week"
    CAP = "cap"


class Standing(StrEnum):
    """Whether a piece counts on a timesheet, and if not, why."""

    COUNTS = "counts"
    COUNTS_BEYOND_CAP = "counts_beyond_cap"
    COUNTS_ELSEWHERE = "counts_elsewhere"
    RUNNING = "running"
    WAITS_BEYOND_CAP = "waits_beyond_cap"
    CONTESTED = "contested"
    DECLINED = "declined"
    AT_PLATFORM_COST = "at_platform_cost"


COUNTING = frozenset({Standing.COUNTS, Standing.COUNTS_BEYOND_CAP})
_NOT_COUNTING = {
    EntryState.RUNNING: Standing.RUNNING,
    EntryState.OVER_CAP: Standing.WAITS_BEYOND_CAP,
    EntryState.CONTESTED: Standing.CONTESTED,
    EntryState.DECLINED: Standing.DECLINED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence in both languages."""

    en: str
    de: str

    def sentence(self, language: str) -> str:
        """In `de` or, for any other language, in English."""
        return self.de if language == "de" else self.en


@dataclass(frozen=True, slots=True)
class PostedLine:
    """What a line holds. `here`: it belongs to the timesheet that is explained."""

    week_starts_at: datetime
    rate_minor: int
    priced: Priced
    here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Seconds of one worked week and rate: those here, and those that earlier lines hold."""

    week_starts_at: datetime
    rate_minor: int
    earlier: Priced
    here: Priced

    @property
    def together(self) -> Priced:
        return self.earlier + self.here


def begin_of(week_before: datetime | None, week_starts_at: datetime) -> Begin:
    """`week_before`: the week of the piece of the same entry that was worked before it, if any.

    Entries are cut at weeks and at caps, and nowhere else.
    """
    if week_before is None:
        return Begin.AS_SAID
    return Begin.CAP if week_before == week_starts_at else Begin.WEEK


def standing_of(
    state: EntryState, *, here: bool, beyond_cap: bool, at_platform_cost: bool
) -> Standing:
    """`here`: it is on the timesheet that is explained. `at_platform_cost`: not the reader's."""
    if state in _NOT_COUNTING:
        return _NOT_COUNTING[state]
    if not here:
        return Standing.COUNTS_ELSEWHERE
    if at_platform_cost:
        return Standing.AT_PLATFORM_COST
    return Standing.COUNTS_BEYOND_CAP if beyond_cap else Standing.COUNTS


def groups_to_come(
    spans: Iterable[Span], rates: Sequence[DatedRate], lines: Iterable[PostedLine]
) -> list[Group]:
    """What counted time would add now to the lines that there are. Raises LookupError."""
    before: dict[tuple[datetime, int], Priced] = {}
    for line in lines:
        key = (line.week_starts_at, line.rate_minor)
        before[key] = before.get(key, NOTHING) + line.priced
    return [
        Group(
            line.week_starts_at,
            line.rate_minor,
            before.get((line.week_starts_at, line.rate_minor), NOTHING),
            line.priced,
        )
        for line in hours.price(spans, rates, before)
    ]


def groups_posted(lines: Iterable[PostedLine]) -> list[Group]:
    """What the lines of one timesheet added to those before them. `lines`: all of the engagement,
    in the order in which they were written."""
    before: dict[tuple[datetime, int], Priced] = {}
    groups = []
    for line in lines:
        key = (line.week_starts_at, line.rate_minor)
        earlier = before.get(key, NOTHING)
        if line.here:
            groups.append(Group(*key, earlier, line.priced))
        before[key] = earlier + line.priced
    return sorted(groups, key=lambda group: (group.week_starts_at, group.rate_minor))


def told_begin(begin: Begin, cap: str | None) -> Told:
    """Why a piece begins there. `cap` in the reader's name for it."""
    if begin is Begin.WEEK:
        return Told("A new pay week begins here.", "Hier beginnt eine neue Abrechnungswoche.")
    if begin is Begin.CAP and cap:
        return Told(
            f"Split at the cap '{cap}': only the time up to here fitted under it.",
            f"Geteilt an der Grenze '{cap}': Nur die Zeit bis hier passte darunter.",
        )
    if begin is Begin.CAP:
        return Told("Split at a cap.", "Geteilt an einer Grenze.")
    return Told("As it was logged.", "Wie eingetragen.")


def told_standing(
    standing: Standing, *, cap: str | None, decider: str | None, decide_by_at: datetime | None
) -> Told:
    """Whether it counts, why not, and what happens next."""
    names = _DECIDERS[decider or "operations"]
    by = decide_by_at.isoformat() if decide_by_at else "–"
    sentences = {
        Standing.COUNTS: Told("It counts.", "Sie zählt."),
        Standing.COUNTS_BEYOND_CAP: Told(
            f"It lay beyond the cap '{cap}' and was allowed, so it counts.",
            f"Sie lag über der Grenze '{cap}' und wurde zugelassen, daher zählt sie.",
        ),
        Standing.COUNTS_ELSEWHERE: Told(
            "It counts on another timesheet.", "Sie zählt auf einem anderen Stundenzettel."
        ),
        Standing.RUNNING: Told(
            "The timer still runs. It counts once it is stopped.",
            "Die Uhr läuft noch. Sie zählt, sobald sie angehalten ist.",
        ),
        Standing.WAITS_BEYOND_CAP: Told(
            f"It lies beyond the cap '{cap}' and is kept: {names.en} decides by {by}.",
            f"Sie liegt über der Grenze '{cap}' und ist aufgehoben: Bis {by} entscheidet"
            f" {names.de}.",
        ),
        Standing.CONTESTED: Told(
            "It is contested and on hold until that is decided. Silence decides for the trainer.",
            "Sie ist bestritten und ruht bis zur Entscheidung. Schweigen gilt zugunsten der"
            " Fachkraft.",
        ),
        Standing.DECLINED: Told(
            "It was declined and does not count; the explanation says why.",
            "Sie wurde abgelehnt und zählt nicht; die Erklärung nennt den Grund.",
        ),
        Standing.AT_PLATFORM_COST: Told(
            "The platform bears it. You owe nothing for it.",
            "Die Plattform trägt sie. Sie schulden nichts dafür.",
        ),
    }
    return sentences[standing]


def told_group(group: Group) -> Told:
    """How seconds became minutes."""
    here, earlier, together = group.here, group.earlier, group.together
    if not earlier.seconds:
        return Told(
            f"{here.seconds} seconds are {here.minutes} minutes, half a minute rounded up.",
            f"{here.seconds} Sekunden sind {here.minutes} Minuten, eine halbe aufgerundet.",
        )
    return Told(
        f"{here.seconds} seconds here and {earlier.seconds} on earlier lines of this week and rate"
        f" are {together.minutes} minutes, half a minute rounded up. Earlier lines hold"
        f" {earlier.minutes}, so {here.minutes} are added.",
        f"{here.seconds} Sekunden hier und {earlier.seconds} auf früheren Zeilen dieser Woche und"
        f" dieses Satzes sind {together.minutes} Minuten, eine halbe aufgerundet. Frühere Zeilen"
        f" halten {earlier.minutes}, also kommen {here.minutes} hinzu.",
    )


_DECIDERS = {
    "company": Told("the company", "die Firma"),
    "operations": Told("operations", "das Team"),
}
