"""What matching reads of trainers, set-wise and without money: one query for all that are asked."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.credentials import CredentialState
from app.domain.requirements import CredentialFact, TrainerFacts
from app.trainers.tables import Credential, Trainer, TrainerLanguage, TrainerSkill


async def trainer_facts(session: AsyncSession, trainer_id: UUID) -> TrainerFacts | None:
    """What eligibility reads of one trainer; None when there is none."""
    row = (await session.execute(select_facts().where(Trainer.id == trainer_id))).one_or_none()
    return facts_of(row) if row else None


def select_facts(*also: ColumnElement[Any] | Any) -> Select[Any]:
    """Trainers with what `facts_of` needs, and the columns `also`; the caller narrows it down."""
    return select(
        Trainer.id,
        Trainer.country,
        Trainer.timezone,
        _array(TrainerSkill.skill, TrainerSkill.trainer_id).label("skills"),
        _array(
            func.jsonb_build_array(TrainerLanguage.code, TrainerLanguage.level),
            TrainerLanguage.trainer_id,
        ).label("languages"),
        _array(
            func.jsonb_build_array(
                Credential.type, Credential.specialty_key, Credential.state, Credential.expires_on
            ),
            Credential.trainer_id,
        ).label("credentials"),
        *also,
    )


def _array(value: Any, owner: Any) -> ScalarSelect[Any]:
    """A correlated array, so that several lists of one trainer do not multiply each other."""
    collected = func.array_agg(aggregate_order_by(value, value))
    return select(collected).where(owner == Trainer.id).correlate(Trainer).scalar_subquery()


def facts_of(row: Row[Any]) -> TrainerFacts:
    """A TrainerFacts from a row of `select_facts`."""
    return TrainerFacts(
        country=row.country,
        timezone=row.timezone,
        skills=frozenset(row.skills or ()),
        languages=dict(row.languages or ()),
        credentials=tuple(_credential(*each) for each in row.credentials or ()),
    )


def _credential(
    type_: str, specialty: str | None, state: str, expires_on: str | None
) -> CredentialFact:
    expiry = date.fromisoformat(expires_on) if expires_on else None
    return CredentialFact(type_, specialty, CredentialState(state), expiry)
