"""Reads of trainers. No read here holds money: a trainer's asking rate is in pay_terms.py."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import NotFound
from app.identity import contacts
from app.trainers.tables import Trainer, TrainerLanguage, TrainerSkill


@dataclass(frozen=True, slots=True)
class SpokenFact:
    """A language subtag and its level, 1 (A1) to 6 (C2) and 7 (native)."""

    code: str
    level: int


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """Everything that a trainer has said about herself, for herself. `skills` as she typed them."""

    id: UUID
    user_id: UUID
    email: str
    email_verified: bool
    full_name: str
    headline: str
    country: str
    timezone: str
    weekly_minutes: int
    available_from_on: date | None
    skills: tuple[str, ...]
    languages: tuple[SpokenFact, ...]
    created_at: datetime


async def get_profile(session: AsyncSession, trainer_id: UUID) -> ProfileFacts:
    """Raises NotFound."""
    row = await session.scalar(
        select(Trainer).where(Trainer.id == trainer_id).execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    contact = await contacts.contact_of(session, row.user_id)
    return ProfileFacts(
        id=row.id,
        user_id=row.user_id,
        email=contact.email,
        email_verified=contact.email_verified,
        full_name=row.full_name,
        headline=row.headline,
        country=row.country,
        timezone=row.timezone,
        weekly_minutes=row.weekly_minutes,
        available_from_on=row.available_from_on,
        skills=await _skills(session, trainer_id),
        languages=await _languages(session, trainer_id),
        created_at=row.created_at,
    )


async def timezone_of(session: AsyncSession, trainer_id: UUID) -> str:
    """The zone in which she lives. Raises NotFound."""
    found = await session.scalar(select(Trainer.timezone).where(Trainer.id == trainer_id))
    if found is None:
        raise NotFound
    return found


async def _skills(session: AsyncSession, trainer_id: UUID) -> tuple[str, ...]:
    return tuple(
        await session.scalars(
            select(TrainerSkill.label)
            .where(TrainerSkill.trainer_id == trainer_id)
            .order_by(TrainerSkill.skill)
        )
    )


async def _languages(session: AsyncSession, trainer_id: UUID) -> tuple[SpokenFact, ...]:
    rows = await session.execute(
        select(TrainerLanguage.code, TrainerLanguage.level)
        .where(TrainerLanguage.trainer_id == trainer_id)
        .order_by(TrainerLanguage.level.desc(), TrainerLanguage.code)
    )
    return tuple(SpokenFact(code, level) for code, level in rows)
