"""What a position asks of a trainer, and whether she meets it: hard, boolean, said in words.

Every credential is needed; of specialties, skills and countries one is enough (more skills raise
the score); every language is needed at its level; working hours must overlap long enough. What is
not listed is not asked. No rule here ever reads money.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain import credentials, time_zones
from app.domain.credential_types import TYPES
from app.domain.credentials import CredentialState
from app.domain.vocabulary import LEVEL_CODES


class Stage(StrEnum):
    """How much a credential must be worth: a claim to apply, verified to be hired and to work."""

    CLAIM = "claim"
    VERIFIED = "verified"


class Need(StrEnum):
    """The kinds of requirement."""

    CREDENTIAL = "credential"
    SPECIALTY = "specialty"
    SKILL = "skill"
    LANGUAGE = "language"
    COUNTRY = "country"
    TIMEZONE_OVERLAP = "timezone_overlap"
    HOURS = "hours"
    START = "start"
    RATE = "rate"


# What rests on credentials and may lapse while somebody is at work.
CREDENTIAL_NEEDS = frozenset({Need.CREDENTIAL, Need.SPECIALTY})
COUNTING_STATES: Mapping[Stage, frozenset[CredentialState]] = {
    Stage.CLAIM: credentials.OPEN | {CredentialState.VERIFIED},
    Stage.VERIFIED: frozenset({CredentialState.VERIFIED}),
}


_TOLD_TO_HER_ALONE = frozenset(
    {CredentialState.MISMATCH, CredentialState.NOT_FOUND, CredentialState.REVOKED}
)


@dataclass(frozen=True, slots=True)
class LanguageNeed:
    """A language subtag and the lowest level, 1 (A1) to 6 (C2) and 7 (native)."""

    code: str
    level: int


@dataclass(frozen=True, slots=True)
class OverlapNeed:
    """At least `minutes` a day of 09:00–17:00 in `timezone`."""

    timezone: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Requirements:
    """Of one position. Specialties and skills are in the form that `normalise` gives."""

    credentials: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[LanguageNeed, ...] = ()
    countries: tuple[str, ...] = ()
    timezone_overlap: OverlapNeed | None = None

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "Requirements":
        """From the JSON of `to_stored`; a missing part is not asked."""
        overlap = stored.get("timezone_overlap")
        return cls(
            tuple(stored.get("credentials", ())),
            tuple(stored.get("specialties", ())),
            tuple(stored.get("skills", ())),
            tuple(
                LanguageNeed(each["code"], each["level"]) for each in stored.get("languages", ())
            ),
            tuple(stored.get("countries", ())),
            OverlapNeed(overlap["timezone"], overlap["minutes"]) if overlap else None,
        )

    def to_stored(self) -> dict[str, Any]:
        """JSON that `from_stored` reads."""
        overlap = self.timezone_overlap
        return {
            "credentials": list(self.credentials),
            "specialties": list(self.specialties),
            "skills": list(self.skills),
            "languages": [{"code": each.code, "level": each.level} for each in self.languages],
            "countries": list(self.countries),
            "timezone_overlap": {"timezone": overlap.timezone, "minutes": overlap.minutes}
            if overlap
            else None,
        }


@dataclass(frozen=True, slots=True)
class CredentialFact:
    """A credential as matching sees it. Valid through `expires_on`, for ever when that is None.

    `specialty` is in the form that `normalise` gives.
    """

    type: str
    specialty: str | None
    state: CredentialState
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class TrainerFacts:
    """What eligibility reads of a trainer. `skills` normalised, `languages` code → level 1..7."""

    country: str
    timezone: str
    skills: frozenset[str] = frozenset()
    languages: Mapping[str, int] | None = None
    credentials: tuple[CredentialFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """A requirement that holds: what was needed, what was found, a sentence in en and de."""

    requirement: Need
    needed: str
    found: str
    en: str
    de: str


@dataclass(frozen=True, slots=True)
class Unmet:
    """A requirement that does not hold; `opens_…` says what the trainer can do about it."""

    requirement: Need
    needed: str
    found: str
    en: str
    de: str
    opens_en: str
    opens_de: str


Check = Met | Unmet


def checks(asked: Requirements, facts: TrainerFacts, *, on: date, stage: Stage) -> list[Check]:
    """Every requirement with what was needed and found, met or not, in a fixed order."""
    return [_said(outcome, stage) for outcome in _outcomes(asked, facts, on, stage)]


def unmet(asked: Requirements, facts: TrainerFacts, *, on: date, stage: Stage) -> list[Unmet]:
    """The requirements that do not hold on the day `on`; empty means eligible."""
    outcomes = _outcomes(asked, facts, on, stage)
    return [_missing(outcome, stage) for outcome in outcomes if not outcome.holds]


def count_unmet(asked: Requirements, facts: TrainerFacts, *, on: date, stage: Stage) -> int:
    """How many `unmet` finds, without a word about them: for thousands at once."""
    return sum(not outcome.holds for outcome in _outcomes(asked, facts, on, stage))


def counts(credential: CredentialFact, *, on: date, stage: Stage) -> bool:
    """Whether a credential is worth enough for `stage` on the day `on`."""
    return _state_on(credential, on) in COUNTING_STATES[stage]


def specialties_of(facts: TrainerFacts, *, on: date, stage: Stage) -> frozenset[str]:
    """The normalised specialties on credentials that count."""
    return frozenset(
        each.specialty
        for each in facts.credentials
        if each.specialty and counts(each, on=on, stage=stage)
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    need: Need
    holds: bool
    needed: str
    found: str


def _outcomes(
    asked: Requirements, facts: TrainerFacts, on: date, stage: Stage
) -> Iterator[_Outcome]:
    for type_ in asked.credentials:
        yield _credential(type_, facts, on, stage)
    specialties = specialties_of(facts, on=on, stage=stage)
    if asked.specialties:
        yield _one_of(Need.SPECIALTY, asked.specialties, specialties)
    if asked.skills:
        yield _one_of(Need.SKILL, asked.skills, facts.skills | specialties)
    for language in asked.languages:
        level = (facts.languages or {}).get(language.code, 0)
        yield _Outcome(
            Need.LANGUAGE,
            level >= language.level,
            f"{language.code} {LEVEL_CODES[language.level]}",
            f"{language.code} {LEVEL_CODES[level]}" if level else "–",
        )
    if asked.countries:
        yield _one_of(Need.COUNTRY, asked.countries, frozenset({facts.country}))
    if asked.timezone_overlap:
        yield _overlap(asked.timezone_overlap, facts.timezone, on)


def _credential(type_: str, facts: TrainerFacts, on: date, stage: Stage) -> _Outcome:
    of_type = [each for each in facts.credentials if each.type == type_]
    holds = any(counts(each, on=on, stage=stage) for each in of_type)
    # What a check found against somebody is told to nobody but herself, elsewhere.
    states = {
        "not verified" if (state := _state_on(each, on)) in _TOLD_TO_HER_ALONE else state.value
        for each in of_type
    }
    return _Outcome(Need.CREDENTIAL, holds, type_, ", ".join(sorted(states)) or "–")


def _state_on(credential: CredentialFact, on: date) -> CredentialState:
    return credentials.effective_state(credential.state, credential.expires_on, on)


def _one_of(need: Need, wanted: tuple[str, ...], held: frozenset[str]) -> _Outcome:
    shared = [each for each in wanted if each in held]
    # A country of residence is worth naming when it does not fit; a list of all skills is not.
    found = ", ".join(shared or (sorted(held) if need is Need.COUNTRY else ())) or "–"
    return _Outcome(need, bool(shared), ", ".join(wanted), found)


def _overlap(wanted: OverlapNeed, zone: str, on: date) -> _Outcome:
    shared = time_zones.overlap_minutes(wanted.timezone, zone, on)
    return _Outcome(
        Need.TIMEZONE_OVERLAP,
        shared >= wanted.minutes,
        f"{wanted.minutes} min ({wanted.timezone})",
        f"{shared} min ({zone})",
    )


Words = Callable[[_Outcome, Stage], tuple[str, str, str, str]]


def _credential_words(outcome: _Outcome, stage: Stage) -> tuple[str, str, str, str]:
    verified = stage is Stage.VERIFIED
    # A type may have left the vocabulary since the position was posted: its key still says it.
    kind = TYPES.get(outcome.needed)
    en, de = (kind.en, kind.de) if kind else (outcome.needed, outcome.needed)
    return (
        f"{en}{', verified and unexpired' if verified else ''}. On file: {outcome.found}.",
        f"{de}{', geprüft und gültig' if verified else ''}. Vorhanden: {outcome.found}.",
        f"Claim it ({en}) and upload evidence, or wait for its verification.",
        f"Geben Sie den Nachweis ({de}) mit Beleg an, oder warten Sie seine Prüfung ab.",
    )


def _specialty_words(outcome: _Outcome, _: Stage) -> tuple[str, str, str, str]:
    return (
        f"One of these specialties on a credential: {outcome.needed}. Found: {outcome.found}.",
        f"Eines dieser Fachgebiete auf einem Nachweis: {outcome.needed}."
        f" Gefunden: {outcome.found}.",
        "Claim a credential that names the specialty.",
        "Geben Sie einen Nachweis an, der das Fachgebiet nennt.",
    )


def _skill_words(outcome: _Outcome, _: Stage) -> tuple[str, str, str, str]:
    return (
        f"One of these skills: {outcome.needed}. Found: {outcome.found}.",
        f"Eine dieser Fähigkeiten: {outcome.needed}. Gefunden: {outcome.found}.",
        "Add the skill to your profile if you have it.",
        "Tragen Sie die Fähigkeit ein, wenn Sie sie haben.",
    )


def _language_words(outcome: _Outcome, _: Stage) -> tuple[str, str, str, str]:
    return (
        f"Language {outcome.needed} or better. Found: {outcome.found}.",
        f"Sprache {outcome.needed} oder besser. Gefunden: {outcome.found}.",
        f"Bring your profile up to date if you speak {outcome.needed}.",
        f"Ergänzen Sie Ihr Profil, wenn Sie {outcome.needed} sprechen.",
    )


def _country_words(outcome: _Outcome, _: Stage) -> tuple[str, str, str, str]:
    return (
        f"Residence in one of: {outcome.needed}. Found: {outcome.found}.",
        f"Wohnsitz in einem von: {outcome.needed}. Gefunden: {outcome.found}.",
        "The company hires in these countries only; correct your profile if you have moved.",
        "Die Firma sucht nur in diesen Ländern; ändern Sie Ihr Profil nach einem Umzug.",
    )


def _overlap_words(outcome: _Outcome, _: Stage) -> tuple[str, str, str, str]:
    return (
        f"Shared working hours (09:00–17:00) a day: {outcome.needed} or more."
        f" Found: {outcome.found}.",
        f"Gemeinsame Arbeitszeit (09:00–17:00) am Tag: mindestens {outcome.needed}."
        f" Gefunden: {outcome.found}.",
        "Correct the time zone of your profile if you work in another one.",
        "Ändern Sie die Zeitzone Ihres Profils, wenn Sie in einer anderen arbeiten.",
    )


_WORDS: Mapping[Need, Words] = {
    Need.CREDENTIAL: _credential_words,
    Need.SPECIALTY: _specialty_words,
    Need.SKILL: _skill_words,
    Need.LANGUAGE: _language_words,
    Need.COUNTRY: _country_words,
    Need.TIMEZONE_OVERLAP: _overlap_words,
}


def _said(outcome: _Outcome, stage: Stage) -> Check:
    if not outcome.holds:
        return _missing(outcome, stage)
    en, de, *_ = _WORDS[outcome.need](outcome, stage)
    return Met(outcome.need, outcome.needed, outcome.found, en, de)


def _missing(outcome: _Outcome, stage: Stage) -> Unmet:
    words = _WORDS[outcome.need](outcome, stage)
    return Unmet(outcome.need, outcome.needed, outcome.found, *words)
