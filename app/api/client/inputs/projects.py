"""What a company can say about its projects and positions."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.api.words import (
    Country,
    Day,
    Line,
    Minutes,
    MoneySaid,
    Prose,
    Said,
    TotalMinutes,
    Whole,
    Zone,
)

Key = Annotated[Line, Field(max_length=80)]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Level = Literal["A1", "A2", "B1", "B2", "C1", "C2", "native"]
Seats = Annotated[Whole, Field(ge=1, le=100_000)]
SharedMinutes = Annotated[Whole, Field(ge=1, le=480)]

_REQUIREMENTS: JsonDict = {
    "credentials": ["us_npi"],
    "specialties": [],
    "skills": ["emergency medicine", "toxicology"],
    "languages": [{"code": "en", "level": "C1"}],
    "countries": [],
    "timezone_overlap": {"timezone": "America/New_York", "minutes": 120},
}
_POSITION: JsonDict = {
    "title": "Emergency physician, reviewing clinical answers",
    "domain": "medicine",
    "seats": 20,
    "requirements": _REQUIREMENTS,
    "bill_rate_cap": {"minor": 18000, "currency": "USD"},
    "weekly_minutes": 720,
    "total_minutes": 28800,
    "starts_on": "2026-11-02",
    "ends_on": "2027-01-31",
}


class LanguageNeeded(Said):
    """An IANA language subtag such as `de`, and the lowest level that is enough."""

    code: LanguageCode
    level: Level


class OverlapNeeded(Said):
    """At least `minutes` (at most 480) of 09:00–17:00 in `timezone` must lie in 09:00–17:00 where
    the trainer lives."""

    timezone: Zone
    minutes: SharedMinutes


class RequirementsSaid(Said):
    """What a trainer must bring. What is left out is not asked."""

    credentials: Annotated[list[Key], Field(max_length=20)] = Field(
        [], description="Keys of credential types, see list_vocabularies. All are needed."
    )
    specialties: Annotated[list[Key], Field(max_length=20)] = Field(
        [], description="In words, as credentials name them. One is enough."
    )
    skills: Annotated[list[Key], Field(max_length=50)] = Field(
        [],
        description="In words, whatever their case and spacing. One is enough, each further one"
        " raises the score.",
    )
    languages: Annotated[list[LanguageNeeded], Field(max_length=10)] = Field(
        [], description="All are needed."
    )
    countries: Annotated[list[Country], Field(max_length=300)] = Field(
        [], description="Where trainers may live (ISO 3166-1 alpha-2). None: anywhere."
    )
    timezone_overlap: OverlapNeeded | None = None


class PostProject(Said):
    """A new project, as a draft."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Clinical answers, round 3",
                    "brief": "Judge and correct answers of a model to questions of emergency care.",
                    "budget": {"minor": 25000000, "currency": "USD"},
                }
            ]
        }
    )

    title: Line
    brief: Prose
    budget: MoneySaid | None = Field(
        None, description="The most that the project may cost, in your company's currency."
    )


class ChangeBudget(Said):
    """The most that the project may cost from now on; null takes the limit away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"budget": {"minor": 9000000, "currency": "USD"}}]}
    )

    budget: MoneySaid | None


class AddPosition(Said):
    """Seats to fill."""

    model_config = ConfigDict(json_schema_extra={"examples": [_POSITION]})

    title: Line
    domain: Key = Field(description="A key of list_vocabularies.")
    seats: Seats
    requirements: RequirementsSaid = Field(default_factory=RequirementsSaid)
    bill_rate_cap: MoneySaid = Field(description="The most that you pay an hour.")
    weekly_minutes: Minutes = Field(description="Minutes a week that one trainer is to work.")
    total_minutes: TotalMinutes | None = Field(
        None, description="Minutes that all trainers of the position may work together."
    )
    starts_on: Day
    ends_on: Day | None = Field(None, description="The last day, inclusive.")
    purchase_order: Line | None = None


class UpdatePosition(Said):
    """What changes. Fields that are left out stay; null empties those that may be empty."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"seats": 30, "bill_rate_cap": {"minor": 19000, "currency": "USD"}},
                {"ends_on": None},
            ]
        }
    )

    title: Line | None = None
    domain: Key | None = None
    seats: Seats | None = None
    requirements: RequirementsSaid | None = Field(
        None, description="All of them: they are replaced as a whole."
    )
    bill_rate_cap: MoneySaid | None = None
    weekly_minutes: Minutes | None = None
    total_minutes: TotalMinutes | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    purchase_order: Line | None = None
