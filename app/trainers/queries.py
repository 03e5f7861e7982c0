"""Reads of trainers. No read here holds money: a trainer's asking rate is in pay_terms.py."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import wording
from app.domain.credentials import CredentialState, effective_state
from app.domain.refusals import NotFound
from app.identity import contacts
from app.trainers.tables import Credential, Trainer, TrainerLanguage, TrainerSkill


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


@dataclass(frozen=True, slots=True)
class CardCredential:
    """A credential without its number: what a company may know. `state` as of the day asked."""

    type: str
    specialty: str | None
    state: str


@dataclass(frozen=True, slots=True)
class TrainerCard:
    """What a hiring manager sees: no address, no full name, no money. `label`: `Erika B.`."""

    id: UUID
    label: str
    headline: str
    country: str
    timezone: str
    weekly_minutes: int
    available_from_on: date | None
    skills: tuple[str, ...]
    languages: tuple[SpokenFact, ...]
    credentials: tuple[CardCredential, ...]


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
        skills=tuple((await _skills(session, [trainer_id]))[trainer_id]),
        languages=tuple((await _languages(session, [trainer_id]))[trainer_id]),
        created_at=row.created_at,
    )


async def card(
    session: AsyncSession, trainer_ids: Sequence[UUID], *, on: date
) -> dict[UUID, TrainerCard]:
    """Cards of the trainers that exist, four queries for however many, states as of `on`."""
    rows = await session.execute(
        select(
            Trainer.id,
            Trainer.full_name,
            Trainer.headline,
            Trainer.country,
            Trainer.timezone,
            Trainer.weekly_minutes,
            Trainer.available_from_on,
        ).where(Trainer.id.in_(trainer_ids))
    )
    skills = await _skills(session, trainer_ids)
    languages = await _languages(session, trainer_ids)
    credentials = await _credentials(session, trainer_ids, on)
    return {
        row.id: TrainerCard(
            id=row.id,
            label=wording.display_label(row.full_name),
            headline=row.headline,
            country=row.country,
            timezone=row.timezone,
            weekly_minutes=row.weekly_minutes,
            available_from_on=row.available_from_on,
            skills=tuple(skills[row.id]),
            languages=tuple(languages[row.id]),
            credentials=tuple(credentials[row.id]),
        )
        for row in rows
    }


async def _skills(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = await session.execute(
        select(TrainerSkill.trainer_id, TrainerSkill.label)
        .where(TrainerSkill.trainer_id.in_(ids))
        .order_by(TrainerSkill.skill)
    )
    for trainer_id, label in rows:
        found[trainer_id].append(label)
    return found


async def _languages(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[SpokenFact]]:
    found: dict[UUID, list[SpokenFact]] = defaultdict(list)
    rows = await session.execute(
        select(TrainerLanguage.trainer_id, TrainerLanguage.code, TrainerLanguage.level)
        .where(TrainerLanguage.trainer_id.in_(ids))
        .order_by(TrainerLanguage.level.desc(), TrainerLanguage.code)
    )
    for trainer_id, code, level in rows:
        found[trainer_id].append(SpokenFact(code, level))
    return found


async def _credentials(
    session: AsyncSession, ids: Sequence[UUID], on: date
) -> dict[UUID, list[CardCredential]]:
    found: dict[UUID, list[CardCredential]] = defaultdict(list)
    rows = await session.execute(
        select(
            Credential.trainer_id,
            Credential.type,
            Credential.specialty,
            Credential.state,
            Credential.expires_on,
        )
        .where(Credential.trainer_id.in_(ids))
        .order_by(Credential.created_at, Credential.id)
    )
    for trainer_id, type_, specialty, state, expires_on in rows:
        effective = effective_state(CredentialState(state), expires_on, on)
        found[trainer_id].append(CardCredential(type_, specialty, effective.value))
    return found
