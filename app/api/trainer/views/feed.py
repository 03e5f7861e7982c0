"""What a trainer sees of positions: minutes and what they pay her, no other money."""

from datetime import date
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain import scoring
from app.domain.money import Money
from app.domain.projects import ProjectState
from app.domain.requirements import Check, Met, Requirements, Unmet
from app.domain.scoring import Factor, Part
from app.domain.vocabulary import LEVEL_CODES
from app.matching.feed import Explained, Offered


class LanguageNeededView(Seen):
    code: str = Field(examples=["en"])
    level: str = Field(examples=["C1"])


class OverlapNeededView(Seen):
    """Minutes of 09:00–17:00 that must be shared with `timezone`."""

    timezone: str
    minutes: int


class RequirementsView(Seen):
    """All credentials and languages are needed; of specialties, skills and countries, one."""

    credentials: list[str]
    specialties: list[str]
    skills: list[str]
    languages: list[LanguageNeededView]
    countries: list[str]
    timezone_overlap: OverlapNeededView | None


class ReasonView(Seen):
    """One factor of a score: `value` and `weight` in 0..1; value × weight add up to the score."""

    factor: Factor
    value: float = Field(examples=[0.75])
    weight: float = Field(examples=[0.3])
    text: str


class UnmetView(Seen):
    """A requirement that is not met: a sentence, and what would open it."""

    requirement: str = Field(examples=["credential"])
    needed: str
    found: str
    text: str
    opens: str


class CheckView(Seen):
    """A requirement, met or not."""

    requirement: str = Field(examples=["credential"])
    met: bool
    needed: str
    found: str
    text: str


class FeedItemView(Seen):
    """A position as it looks for you.

    `eligible`: you may apply. `unmet` stands in the way of that; `to_be_hired` is fine for an
    application and must still be verified before you can accept an offer.
    """

    id: UUID
    project_id: UUID
    project_title: str
    brief: str
    title: str
    domain: str
    requirements: RequirementsView
    pay_rate_up_to: MoneySeen
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    seats_left: int
    score: float = Field(description="0..1, the sum of value × weight.", examples=[0.712504])
    reasons: list[ReasonView]
    eligible: bool
    unmet: list[UnmetView]
    to_be_hired: list[UnmetView]


class FeedView(Seen):
    """Positions that you may apply to, best first. The first page also has `near_misses`: those
    that miss exactly one requirement, with what would open them."""

    items: list[FeedItemView]
    next_cursor: str | None
    near_misses: list[FeedItemView]


class PositionView(Seen):
    """A position in full, with the state of its project and every requirement for an application,
    met or not."""

    id: UUID
    project_id: UUID
    project_title: str
    brief: str
    title: str
    domain: str
    state: ProjectState
    requirements: RequirementsView
    pay_rate_up_to: MoneySeen
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    seats_left: int
    score: float = Field(description="0..1, the sum of value × weight.", examples=[0.712504])
    reasons: list[ReasonView]
    eligible: bool
    checks: list[CheckView]
    unmet: list[UnmetView]
    to_be_hired: list[UnmetView]


def item_view(seen: Offered, language: str) -> FeedItemView:
    position = seen.position
    return FeedItemView(
        id=position.id,
        project_id=position.project_id,
        project_title=seen.project.title,
        brief=seen.project.brief,
        title=position.title,
        domain=position.domain,
        requirements=_requirements(position.requirements),
        pay_rate_up_to=_money(seen.pay_rate_up_to),
        weekly_minutes=position.weekly_minutes,
        total_minutes=position.total_minutes,
        starts_on=position.starts_on,
        ends_on=position.ends_on,
        seats_left=position.seats_left,
        score=seen.score / scoring.TOP,
        reasons=[_reason(part, language) for part in seen.parts],
        eligible=not seen.unmet,
        unmet=[_unmet(each, language) for each in seen.unmet],
        to_be_hired=[_unmet(each, language) for each in seen.awaiting],
    )


def position_view(explained: Explained, language: str) -> PositionView:
    item = item_view(explained.offered, language)
    return PositionView(
        **dict(item),
        state=explained.offered.position.project_state,
        checks=[_check(each, language) for each in explained.checks],
    )


def _money(amount: Money) -> MoneySeen:
    return MoneySeen(minor=amount.minor, currency=amount.currency)


def _requirements(asked: Requirements) -> RequirementsView:
    overlap = asked.timezone_overlap
    return RequirementsView(
        credentials=list(asked.credentials),
        specialties=list(asked.specialties),
        skills=list(asked.skills),
        languages=[
            LanguageNeededView(code=each.code, level=LEVEL_CODES[each.level])
            for each in asked.languages
        ],
        countries=list(asked.countries),
        timezone_overlap=OverlapNeededView(timezone=overlap.timezone, minutes=overlap.minutes)
        if overlap
        else None,
    )


def _reason(part: Part, language: str) -> ReasonView:
    return ReasonView(
        factor=part.factor,
        value=part.value / scoring.FULL,
        weight=part.weight / 100,
        text=part.de if language == "de" else part.en,
    )


def _unmet(unmet: Unmet, language: str) -> UnmetView:
    german = language == "de"
    return UnmetView(
        requirement=unmet.requirement,
        needed=unmet.needed,
        found=unmet.found,
        text=unmet.de if german else unmet.en,
        opens=unmet.opens_de if german else unmet.opens_en,
    )


def _check(check: Check, language: str) -> CheckView:
    return CheckView(
        requirement=check.requirement,
        met=isinstance(check, Met),
        needed=check.needed,
        found=check.found,
        text=check.de if language == "de" else check.en,
    )
