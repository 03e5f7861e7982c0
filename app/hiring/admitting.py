"""Whether a position takes somebody: it is open, a seat is left, its requirements are met."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.projects import ProjectState
from app.domain.refusals import FieldProblem
from app.domain.requirements import CREDENTIAL_NEEDS, Stage, Unmet
from app.hiring.refusals import CredentialNotVerified, PositionNotOpen, RequirementsNotMet
from app.matching import eligibility
from app.projects.queries import PositionFacts
from app.projects.refusals import SeatsTaken


def refuse_unless_open(position: PositionFacts, *, now: datetime) -> None:
    """Raise PositionNotOpen when the project is not open or the position has ended."""
    ended = position.ends_on is not None and position.ends_on < now.date()
    if position.project_state is not ProjectState.OPEN or ended:
        raise PositionNotOpen


def refuse_unless_free(position: PositionFacts) -> None:
    """Raise SeatsTaken early; the seat itself is taken at acceptance only."""
    if position.seats_left <= 0:
        raise SeatsTaken


async def refuse_unmet(
    session: AsyncSession,
    *,
    trainer_id: UUID,
    position: PositionFacts,
    now: datetime,
    stage: Stage,
) -> None:
    """Raise RequirementsNotMet, or CredentialNotVerified when nothing but that is missing."""
    unmet = await eligibility.unmet_for(
        session, trainer_id=trainer_id, position=position, on=now.date(), stage=stage
    )
    if not unmet:
        return
    problems = [_problem(each) for each in unmet]
    if stage is Stage.VERIFIED and _only_credentials(unmet):
        raise CredentialNotVerified(errors=problems)
    raise RequirementsNotMet(errors=problems)


def _only_credentials(unmet: Sequence[Unmet]) -> bool:
    return all(each.requirement in CREDENTIAL_NEEDS for each in unmet)


def _problem(unmet: Unmet) -> FieldProblem:
    return FieldProblem(
        f"#/requirements/{unmet.requirement.value}",
        f"{unmet.requirement.value}_not_met",
        f"{unmet.en} {unmet.opens_en}",
        f"{unmet.de} {unmet.opens_de}",
    )
