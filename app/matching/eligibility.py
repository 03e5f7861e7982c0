"""Whether a trainer meets a position's requirements, with the reason for every no.

The rulebook decides (`domain.requirements`); `eligible` says the same in SQL for thousands at once,
and a test holds the two against each other.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import requirements, time_zones
from app.domain.refusals import NotFound
from app.domain.requirements import (
    COUNTING_STATES,
    Requirements,
    Stage,
    TrainerFacts,
    Unmet,
)
from app.matching import people
from app.projects.queries import PositionFacts
from app.trainers.tables import Credential, Trainer, TrainerLanguage, TrainerSkill


async def unmet_for(
    session: AsyncSession, *, trainer_id: UUID, position: PositionFacts, on: date, stage: Stage
) -> list[Unmet]:
    """The requirements that the trainer does not meet on the day `on`; empty means eligible.

    `stage` says whether a claim is enough (to apply) or verification is needed (to be hired and
    to start new time). Raises NotFound when there is no such trainer.
    """
    facts = await people.trainer_facts(session, trainer_id)
    if facts is None:
        raise NotFound
    return requirements.unmet(position.requirements, facts, on=on, stage=stage)


def credentials_lapsed(asked: Requirements, trainer: TrainerFacts, *, on: date) -> list[Unmet]:
    """What of the credentials and specialties asked for does not hold on a day: it stops new time.

    The other requirements were settled when she was hired and are not asked again.
    """
    found = requirements.unmet(asked, trainer, on=on, stage=Stage.VERIFIED)
    return [each for each in found if each.requirement in requirements.CREDENTIAL_NEEDS]


def eligible(asked: Requirements, *, on: date, stage: Stage) -> list[ColumnElement[bool]]:
    """Conditions on Trainer that hold exactly when `requirements.unmet` finds nothing."""
    conditions = [
        _holds_credential(Credential.type == type_, on=on, stage=stage)
        for type_ in asked.credentials
    ]
    if asked.specialties:
        conditions.append(_holds_specialty(asked.specialties, on, stage))
    if asked.skills:
        claimed = select(TrainerSkill.trainer_id).where(TrainerSkill.skill.in_(asked.skills))
        proven = select(Credential.trainer_id).where(
            Credential.specialty_key.in_(asked.skills), counting(on=on, stage=stage)
        )
        # One set for all trainers: a probe of each trainer's rows was ten times slower.
        conditions.append(Trainer.id.in_(union_all(claimed, proven)))
    conditions += [
        exists().where(
            TrainerLanguage.trainer_id == Trainer.id,
            TrainerLanguage.code == language.code,
            TrainerLanguage.level >= language.level,
        )
        for language in asked.languages
    ]
    if asked.countries:
        conditions.append(Trainer.country.in_(asked.countries))
    if asked.timezone_overlap:
        overlap = asked.timezone_overlap
        # PostgreSQL has its own copy of the time-zone rules; ours must be the one that decides.
        zones = time_zones.zones_sharing(overlap.timezone, overlap.minutes, on)
        conditions.append(Trainer.timezone.in_(sorted(zones)))
    return conditions


def counting(*, on: date, stage: Stage) -> ColumnElement[bool]:
    """The condition on Credential that holds exactly when `requirements.counts` does."""
    return and_(
        Credential.state.in_(sorted(COUNTING_STATES[stage])),
        or_(Credential.expires_on.is_(None), Credential.expires_on >= on),
    )


def _holds_credential(
    condition: ColumnElement[bool], *, on: date, stage: Stage
) -> ColumnElement[bool]:
    return exists(
        select(Credential.id).where(
            Credential.trainer_id == Trainer.id, condition, counting(on=on, stage=stage)
        )
    )


def _holds_specialty(specialties: tuple[str, ...], on: date, stage: Stage) -> ColumnElement[bool]:
    return _holds_credential(Credential.specialty_key.in_(specialties), on=on, stage=stage)
