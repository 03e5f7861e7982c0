"""What a company sees of trainers before it hires them. No name, no number, no pay."""

from datetime import date
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain import scoring
from app.domain.requirements import Check, Met
from app.domain.scoring import Factor, Part
from app.domain.vocabulary import LEVEL_CODES
from app.matching.people import Profile
from app.matching.ranking import Candidate, Explanation


class LanguageHeldView(Seen):
    code: str = Field(examples=["en"])
    level: str = Field(examples=["C1"])


class CredentialHeldView(Seen):
    """A verified credential that holds today."""

    type: str = Field(examples=["us_npi"])
    jurisdiction: str = Field(examples=["US"])
    specialty: str | None
    expires_on: date | None


class CandidateTrainerView(Seen):
    """A trainer, recognisable and not yet named."""

    id: UUID
    label: str = Field(examples=["Erika B."])
    headline: str
    country: str
    timezone: str
    skills: list[str]
    languages: list[LanguageHeldView]
    credentials: list[CredentialHeldView]


class ReasonView(Seen):
    """One factor of a score: `value` and `weight` in 0..1; value × weight add up to the score."""

    factor: Factor
    value: float = Field(examples=[0.75])
    weight: float = Field(examples=[0.3])
    text: str


class CandidateView(Seen):
    """An eligible trainer. The asking rate is what you would pay an hour, everything included."""

    trainer: CandidateTrainerView
    score: float = Field(description="0..1, the sum of value × weight.", examples=[0.712504])
    reasons: list[ReasonView]
    asking_bill_rate: MoneySeen | None
    free_weekly_minutes: int


class RequirementCheckView(Seen):
    """A requirement: what was needed, what was found, and a sentence that says both."""

    requirement: str = Field(examples=["credential"])
    met: bool
    needed: str
    found: str
    text: str


class CandidateExplanationView(Seen):
    """Why a trainer could be hired today, or not. `unmet` repeats those that are not met."""

    trainer: CandidateTrainerView
    eligible: bool
    requirements: list[RequirementCheckView]
    unmet: list[RequirementCheckView]
    score: float
    reasons: list[ReasonView]
    asking_bill_rate: MoneySeen | None
    free_weekly_minutes: int


def candidate_view(candidate: Candidate, language: str) -> CandidateView:
    return CandidateView(
        trainer=_trainer(candidate.profile),
        score=candidate.score / scoring.TOP,
        reasons=[_reason(part, language) for part in candidate.parts],
        asking_bill_rate=_asking(candidate),
        free_weekly_minutes=candidate.free_minutes,
    )


def explanation_view(explained: Explanation, language: str) -> CandidateExplanationView:
    candidate = explained.candidate
    checks = [_check(each, language) for each in explained.checks]
    return CandidateExplanationView(
        trainer=_trainer(candidate.profile),
        eligible=explained.eligible,
        requirements=checks,
        unmet=[each for each in checks if not each.met],
        score=candidate.score / scoring.TOP,
        reasons=[_reason(part, language) for part in candidate.parts],
        asking_bill_rate=_asking(candidate),
        free_weekly_minutes=candidate.free_minutes,
    )


def _trainer(profile: Profile) -> CandidateTrainerView:
    return CandidateTrainerView(
        id=profile.id,
        label=profile.label,
        headline=profile.headline,
        country=profile.country,
        timezone=profile.timezone,
        skills=list(profile.skills),
        languages=[
            LanguageHeldView(code=code, level=LEVEL_CODES[level])
            for code, level in profile.languages.items()
        ],
        credentials=[
            CredentialHeldView(
                type=each.type,
                jurisdiction=each.jurisdiction,
                specialty=each.specialty,
                expires_on=each.expires_on,
            )
            for each in profile.credentials
        ],
    )


def _asking(candidate: Candidate) -> MoneySeen | None:
    asking = candidate.asking_bill
    return MoneySeen(minor=asking.minor, currency=asking.currency) if asking else None


def _reason(part: Part, language: str) -> ReasonView:
    return ReasonView(
        factor=part.factor,
        value=part.value / scoring.FULL,
        weight=part.weight / 100,
        text=part.de if language == "de" else part.en,
    )


def _check(check: Check, language: str) -> RequirementCheckView:
    return RequirementCheckView(
        requirement=check.requirement,
        met=isinstance(check, Met),
        needed=check.needed,
        found=check.found,
        text=check.de if language == "de" else check.en,
    )
