"""What a trainer can say about herself."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from app.api.words import (
    Country,
    Day,
    Email,
    Line,
    MoneySaid,
    Password,
    Said,
    WeeklyMinutes,
    Zone,
)

Skill = Annotated[Line, Field(max_length=80)]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Level = Literal["A1", "A2", "B1", "B2", "C1", "C2", "native"]


class RegisterTrainer(Said):
    """A person who wants to work."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "erika.beispiel@klinik.example",
                    "password": "correct horse battery staple",
                    "full_name": "Dr. Erika Beispiel",
                    "country": "DE",
                    "timezone": "Europe/Berlin",
                }
            ]
        }
    )

    email: Email
    password: Password
    full_name: Line
    country: Country
    timezone: Zone


class UpdateProfile(Said):
    """What is left out stays as it is; `asking_pay_rate: null` takes the rate back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "headline": "Emergency physician, 12 years in two trauma centres",
                    "asking_pay_rate": {"minor": 11500, "currency": "USD"},
                }
            ]
        }
    )

    headline: Line | None = None
    country: Country | None = None
    timezone: Zone | None = None
    asking_pay_rate: MoneySaid | None = Field(
        None, description="What you would like to earn an hour."
    )


class SetSkills(Said):
    """All skills, in your own words. They match whatever their case and spacing."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"skills": ["Emergency medicine", "Toxicology"]}]}
    )

    skills: Annotated[list[Skill], Field(max_length=100)]


class LanguageSaid(Said):
    """An IANA language subtag such as `de`, and a level."""

    code: LanguageCode
    level: Level


class SetLanguages(Said):
    """All languages that you work in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "languages": [
                        {"code": "de", "level": "native"},
                        {"code": "en", "level": "C1"},
                    ]
                }
            ]
        }
    )

    languages: Annotated[list[LanguageSaid], Field(max_length=30)]


class SetAvailability(Said):
    """How much you would like to work; 0 minutes pause your profile."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"weekly_minutes": 720, "available_from_on": "2026-12-01"}]}
    )

    weekly_minutes: WeeklyMinutes
    available_from_on: Day | None = None
