"""A trainer appears."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import vocabulary
from app.identity import accounts, grants
from app.kit.ids import new_id
from app.trainers.refusals import CountryUnknown
from app.trainers.tables import Trainer


@dataclass(frozen=True, slots=True)
class NewTrainer:
    """What is said at registration. The hash is made before there is anything to hold."""

    email: str
    password_hash: str
    full_name: str
    country: str
    timezone: str
    language: str


@dataclass(frozen=True, slots=True)
class Registered:
    trainer_id: UUID
    user_id: UUID


async def register(session: AsyncSession, said: NewTrainer, *, now: datetime) -> Registered:
    """Open the account with an empty profile, signed in at once; a mail to verify the address is
    on its way. Raises CountryUnknown."""
    if said.country not in vocabulary.COUNTRIES:
        raise CountryUnknown
    user_id = await accounts.open_user(
        session,
        door="trainer",
        email=said.email,
        password_hash=said.password_hash,
        full_name=said.full_name,
        language=said.language,
        now=now,
    )
    trainer_id = new_id()
    session.add(
        Trainer(
            id=trainer_id,
            user_id=user_id,
            full_name=said.full_name,
            headline="",
            country=said.country,
            timezone=said.timezone,
            weekly_minutes=0,
            created_at=now,
            last_active_at=now,
        )
    )
    await session.flush()
    await grants.grant(session, user_id=user_id, subject_id=trainer_id, role="trainer")
    return Registered(trainer_id, user_id)
