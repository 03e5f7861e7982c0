"""What matching reads of trainers, set-wise and without money: one query for all that are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.credentials import CredentialState, effective_state
from app.domain.requirements import CredentialFact, TrainerFacts
from app.domain.wording import display_label
from app.trainers.tables import Credential, Trainer, TrainerLanguage, TrainerSkill


@dataclass(frozen=True, slots=True)
class ShownCredential:
    """A verified, unexpired credential as a company sees it: no number."""

    type: str
    jurisdiction: str
    specialty: str | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A trainer as a company sees her before she is hired: no name, no address, no money."""

    id: UUID
    label: str
    headline: str
    country: str
    timezone: str
    skills: Sequence[str]
    languages: Mapping[str, int]
    credentials: Sequence[ShownCredential]


async def trainer_facts(session: AsyncSession, trainer_id: UUID) -> TrainerFacts | None:
    """What eligibility reads of one trainer; None when there is none."""
    row = (await session.execute(_FACTS_OF_ONE, {"trainer": trainer_id})).one_or_none()
    return facts_of(row) if row else None


async def profiles(
    session: AsyncSession, trainer_ids: Sequence[UUID], *, on: date
) -> dict[UUID, Profile]:
    """What companies see of these trainers, with the credentials that hold on the day `on`."""
    shown = func.jsonb_build_array(
        Credential.type,
        Credential.jurisdiction,
        Credential.specialty,
        Credential.expires_on,
        Credential.state,
    )
    statement = select(
        Trainer.id,
        Trainer.full_name,
        Trainer.headline,
        Trainer.country,
        Trainer.timezone,
        _array(TrainerSkill.label, TrainerSkill.trainer_id).label("skills"),
        _LANGUAGES.label("languages"),
        _array(shown, Credential.trainer_id).label("credentials"),
    ).where(Trainer.id.in_(trainer_ids))
    return {row.id: _profile(row, on) for row in await session.execute(statement)}


def select_facts(*also: ColumnElement[Any] | Any) -> Select[Any]:
    """Trainers with what `facts_of` needs, and the columns `also`; the caller narrows it down."""
    credential = func.jsonb_build_array(
        Credential.type, Credential.specialty_key, Credential.state, Credential.expires_on
    )
    return select(
        Trainer.id,
        Trainer.country,
        Trainer.timezone,
        _array(TrainerSkill.skill, TrainerSkill.trainer_id).label("skills"),
        _LANGUAGES.label("languages"),
        _array(credential, Credential.trainer_id).label("credentials"),
        *also,
    )


def facts_of(row: Row[Any]) -> TrainerFacts:
    """A TrainerFacts from a row of `select_facts`."""
    return TrainerFacts(
        country=row.country,
        timezone=row.timezone,
        skills=frozenset(row.skills or ()),
        languages=dict(row.languages or ()),
        credentials=tuple(_credential(*each) for each in row.credentials or ()),
    )


def _array(value: Any, owner: Any) -> ScalarSelect[Any]:
    """A correlated array, so that several lists of one trainer do not multiply each other."""
    collected = func.array_agg(aggregate_order_by(value, value))
    return select(collected).where(owner == Trainer.id).correlate(Trainer).scalar_subquery()


_LANGUAGES = _array(
    func.jsonb_build_array(TrainerLanguage.code, TrainerLanguage.level), TrainerLanguage.trainer_id
)


def _credential(
    type_: str, specialty: str | None, state: str, expires_on: str | None
) -> CredentialFact:
    return CredentialFact(type_, specialty, CredentialState(state), _day(expires_on))


def _profile(row: Row[Any], on: date) -> Profile:
    return Profile(
        id=row.id,
        label=display_label(row.full_name),
        headline=row.headline,
        country=row.country,
        timezone=row.timezone,
        skills=row.skills or (),
        languages=dict(row.languages or ()),
        credentials=[
            ShownCredential(type_, jurisdiction, specialty, _day(expires_on))
            for type_, jurisdiction, specialty, expires_on, state in row.credentials or ()
            if effective_state(CredentialState(state), _day(expires_on), on)
            is CredentialState.VERIFIED
        ],
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


# Built once: composing it costs more than running it.
_FACTS_OF_ONE = select_facts().where(Trainer.id == bindparam("trainer"))
