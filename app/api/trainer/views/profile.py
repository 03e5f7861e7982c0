"""What a trainer sees of herself."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.api.trainer.views.sessions import SessionView, session_view
from app.api.words import MoneySeen, Seen
from app.domain import vocabulary
from app.domain.money import Money
from app.identity.sessions import Tokens
from app.trainers.queries import ProfileFacts


class LanguageView(Seen):
    """An IANA language subtag and a level, A1 to C2 or native."""

    code: str = Field(examples=["de"])
    level: str = Field(examples=["native"])


class TrainerView(Seen):
    """Your profile. Companies see a short label such as `Erika B.` instead of name and address."""

    id: UUID
    email: str
    email_verified: bool
    full_name: str
    headline: str = Field(description="Empty until you set one.")
    country: str
    timezone: str
    asking_pay_rate: MoneySeen | None = Field(description="Per hour.")
    weekly_minutes: int
    available_from_on: date | None
    skills: list[str]
    languages: list[LanguageView]
    created_at: datetime


class RegisteredTrainerView(Seen):
    """The new profile and a session."""

    trainer: TrainerView
    session: SessionView


def trainer_view(profile: ProfileFacts, asking: Money | None) -> TrainerView:
    return TrainerView(
        id=profile.id,
        email=profile.email,
        email_verified=profile.email_verified,
        full_name=profile.full_name,
        headline=profile.headline,
        country=profile.country,
        timezone=profile.timezone,
        asking_pay_rate=MoneySeen(minor=asking.minor, currency=asking.currency) if asking else None,
        weekly_minutes=profile.weekly_minutes,
        available_from_on=profile.available_from_on,
        skills=list(profile.skills),
        languages=[
            LanguageView(code=each.code, level=vocabulary.LEVEL_CODES[each.level])
            for each in profile.languages
        ],
        created_at=profile.created_at,
    )


def registered_view(profile: ProfileFacts, tokens: Tokens) -> RegisteredTrainerView:
    return RegisteredTrainerView(trainer=trainer_view(profile, None), session=session_view(tokens))
