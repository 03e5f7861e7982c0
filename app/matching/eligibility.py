"""Whether a trainer meets a position's requirements, with the reason for every no."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import requirements
from app.domain.refusals import NotFound
from app.domain.requirements import Stage, Unmet
from app.matching import people
from app.projects.queries import PositionFacts


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


async def credentials_lapsed(
    session: AsyncSession, *, trainer_id: UUID, position: PositionFacts, on: date
) -> list[Unmet]:
    """What of the position's credentials and specialties no longer holds: it stops new time.

    The other requirements were settled when she was hired and are not asked again.
    """
    found = await unmet_for(
        session, trainer_id=trainer_id, position=position, on=on, stage=Stage.VERIFIED
    )
    return [each for each in found if each.requirement in requirements.CREDENTIAL_NEEDS]
