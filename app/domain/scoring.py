"""How well an eligible trainer fits a position: published weights, integer parts that add up.

A factor's value lies in 0..10,000, its weight in percent, and the score, 0..1,000,000, is the sum
of weight × value, so that anybody can recompute it from the answer. Money enters on the reader's
own side only: bill rates for a company, pay rates for a trainer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isqrt
from types import MappingProxyType
from typing import Final

from app.domain.money import Money, format_minor
from app.domain.time_zones import WORKING_DAY_MINUTES

FULL: Final = 10_000
TOP: Final = 1_000_000
RECENT_DAYS: Final = 180


class Factor(StrEnum):
    """What a score is made of."""

    QUALITY = "quality"
    SKILLS = "skills"
    RELIABILITY = "reliability"
    RATE = "rate"
    HOURS = "hours"
    TIMEZONE = "timezone"
    RECENCY = "recency"


WEIGHTS: Final[Mapping[Factor, int]] = MappingProxyType(
    {
        Factor.QUALITY: 30,
        Factor.SKILLS: 30,
        Factor.RELIABILITY: 10,
        Factor.RATE: 10,
        Factor.HOURS: 10,
        Factor.TIMEZONE: 5,
        Factor.RECENCY: 5,
    }
)


def prior_lower_bound(good: int, bad: int) -> int:
    """Mean less one standard deviation of Beta(good, bad), in 0..10,000. Both at least 1."""
    weight = good + bad
    variance = FULL * FULL * good * bad // (weight * weight * (weight + 1))
    return FULL * good // weight - isqrt(variance)


# Nobody has reviewed work yet: everyone starts from the same prior, worth five reviewed items.
QUALITY_PRIOR: Final = prior_lower_bound(4, 1)
RELIABILITY_PRIOR: Final = FULL * 9 // 10


class Side(StrEnum):
    """Who reads the reasons."""

    CLIENT = "client"
    TRAINER = "trainer"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one trainer for one position, on the reader's side of the money.

    `wanted_skills`, `claimed_skills` and `proven_skills` are normalised; proven ones stand on a
    verified credential. `asking` is None when she set none; `cap` is the most that is offered.
    `shared_minutes` of the working day is None when the position asks for no overlap.
    """

    side: Side
    cap: Money
    asking: Money | None
    wanted_minutes: int
    free_minutes: int
    idle_days: int
    wanted_skills: tuple[str, ...] = ()
    claimed_skills: frozenset[str] = frozenset()
    proven_skills: frozenset[str] = frozenset()
    shared_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One factor: its value in 0..10,000, its weight in percent, a sentence in en and de."""

    factor: Factor
    value: int
    weight: int
    en: str
    de: str

    @property
    def points(self) -> int:
        """What it adds to the score."""
        return self.weight * self.value


def total(known: Evidence) -> int:
    """The score in 0..1,000,000."""
    return sum(weight * _VALUES[factor](known) for factor, weight in WEIGHTS.items())


def parts(known: Evidence) -> list[Part]:
    """Every factor with its reason; their points add up to `total`."""
    return [
        Part(factor, _VALUES[factor](known), weight, *_WORDS[factor](known))
        for factor, weight in WEIGHTS.items()
    ]


def _share(have: int, want: int) -> int:
    return max(0, min(FULL, FULL * have // want))


def _skills(known: Evidence) -> int:
    """A claimed skill counts half of a proven one."""
    if not known.wanted_skills:
        return FULL
    proven = known.proven_skills.intersection(known.wanted_skills)
    held = known.claimed_skills.intersection(known.wanted_skills) | proven
    halves = len(held) + len(proven)
    return FULL * halves // (2 * len(known.wanted_skills))


def _rate(known: Evidence) -> int:
    """Full marks from half of the cap down, so that cheap is not over-rewarded."""
    cap, asking = known.cap, known.asking
    if asking is None:
        return FULL // 2
    if cap.minor <= 0 or asking.currency != cap.currency:
        return 0
    return _share(2 * (cap.minor - asking.minor), cap.minor)


def _quality_words(_: Evidence) -> tuple[str, str]:
    return (
        "No reviewed work yet: everyone starts from the same careful estimate.",
        "Noch keine geprüfte Arbeit: Alle beginnen mit derselben vorsichtigen Schätzung.",
    )


def _reliability_words(_: Evidence) -> tuple[str, str]:
    return (
        "No finished work yet: everyone starts from the same estimate.",
        "Noch keine abgeschlossene Arbeit: Alle beginnen mit derselben Schätzung.",
    )


def _hours_words(known: Evidence) -> tuple[str, str]:
    free, wanted = _hours(max(0, known.free_minutes)), _hours(known.wanted_minutes)
    return (
        f"{free} h a week are free of {wanted} h wanted.",
        f"{free} Std. je Woche sind frei, {wanted} Std. gesucht.",
    )


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02d}" if rest else str(hours)


def _skill_words(known: Evidence) -> tuple[str, str]:
    wanted = known.wanted_skills
    if not wanted:
        return "No skills were asked for.", "Es werden keine Fähigkeiten verlangt."
    proven = [skill for skill in wanted if skill in known.proven_skills]
    claimed = [skill for skill in wanted if skill in known.claimed_skills - known.proven_skills]
    held = len(proven) + len(claimed)
    names = ", ".join([*proven, *claimed]) or "–"
    return (
        f"{held} of {len(wanted)} skills ({names}), {len(proven)} proven by a credential;"
        " a claimed skill counts half.",
        f"{held} von {len(wanted)} Fähigkeiten ({names}), {len(proven)} durch Nachweis belegt;"
        " eine angegebene zählt halb.",
    )


def _rate_words(known: Evidence) -> tuple[str, str]:
    client = known.side is Side.CLIENT
    cap, asking = known.cap, known.asking
    cap_en, cap_de = (format_minor(cap.minor, cap.currency, each) for each in ("en", "de"))
    if asking is None:
        return (
            (f"No asking rate is set; your cap is {cap_en} an hour.",
             f"Kein Wunschsatz angegeben; Ihre Obergrenze ist {cap_de} je Stunde.")
            if client
            else (f"Pays up to {cap_en} an hour; you have set no asking rate.",
                  f"Zahlt bis zu {cap_de} je Stunde; Sie haben keinen Wunschsatz angegeben.")
        )  # fmt: skip
    ask_en, ask_de = (format_minor(asking.minor, asking.currency, each) for each in ("en", "de"))
    if client:
        return (
            f"Asks for {ask_en} an hour; your cap is {cap_en}.",
            f"Wunschsatz {ask_de} je Stunde; Ihre Obergrenze ist {cap_de}.",
        )
    return (
        f"Pays up to {cap_en} an hour; you ask for {ask_en}.",
        f"Zahlt bis zu {cap_de} je Stunde; Ihr Wunschsatz ist {ask_de}.",
    )


def _overlap_words(known: Evidence) -> tuple[str, str]:
    shared = known.shared_minutes
    if shared is None:
        return (
            "No overlap of working hours was asked for.",
            "Gemeinsame Arbeitszeit wird nicht verlangt.",
        )
    return (
        f"Working hours overlap by {_hours(shared)} h a day.",
        f"Die Arbeitszeiten überschneiden sich um {_hours(shared)} Std. am Tag.",
    )


def _recency_words(known: Evidence) -> tuple[str, str]:
    idle_days = max(0, known.idle_days)
    if idle_days == 0:
        return "Active today.", "Heute aktiv."
    ago, vor = (
        ("yesterday", "Gestern aktiv.")
        if idle_days == 1
        else (f"{idle_days} days ago", f"Zuletzt vor {idle_days} Tagen aktiv.")
    )
    return f"Last active {ago}.", vor


def _overlap(known: Evidence) -> int:
    shared = known.shared_minutes
    return FULL if shared is None else _share(shared, WORKING_DAY_MINUTES)


_VALUES: Final[Mapping[Factor, Callable[[Evidence], int]]] = {
    Factor.QUALITY: lambda _: QUALITY_PRIOR,
    Factor.SKILLS: _skills,
    Factor.RELIABILITY: lambda _: RELIABILITY_PRIOR,
    Factor.RATE: _rate,
    Factor.HOURS: lambda known: _share(known.free_minutes, known.wanted_minutes),
    Factor.TIMEZONE: _overlap,
    Factor.RECENCY: lambda known: _share(RECENT_DAYS - known.idle_days, RECENT_DAYS),
}
_WORDS: Final[Mapping[Factor, Callable[[Evidence], tuple[str, str]]]] = {
    Factor.QUALITY: _quality_words,
    Factor.SKILLS: _skill_words,
    Factor.RELIABILITY: _reliability_words,
    Factor.RATE: _rate_words,
    Factor.HOURS: _hours_words,
    Factor.TIMEZONE: _overlap_words,
    Factor.RECENCY: _recency_words,
}
