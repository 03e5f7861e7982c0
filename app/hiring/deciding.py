"""A company decides about an application: on to the shortlist, or declined with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import permissions
from app.domain.actor import ClientActor
from app.domain.hiring import ApplicationEvent, DeclineReason
from app.domain.permissions import Permission
from app.hiring import moves


async def shortlist(
    session: AsyncSession, actor: ClientActor, application_id: UUID, *, now: datetime
) -> None:
    """Put an application on the shortlist. Raises NotAllowed, NotFound, IllegalMove."""
    permissions.require(actor, Permission.WRITE_HIRING)
    application = await moves.application_of_company(session, actor.company_id, application_id)
    await moves.move_application(session, application, ApplicationEvent.SHORTLIST, actor, now=now)


async def decline(
    session: AsyncSession,
    actor: ClientActor,
    application_id: UUID,
    *,
    reason: DeclineReason,
    explanation: str,
    now: datetime,
) -> None:
    """Decline an application; the trainer reads the reason and the sentence.

    Raises NotAllowed, NotFound, IllegalMove (an open offer must be withdrawn first).
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    application = await moves.application_of_company(session, actor.company_id, application_id)
    # Set before the move, which writes the row: the table refuses a decline without a reason.
    application.reason_code = reason
    application.explanation = explanation
    await moves.move_application(session, application, ApplicationEvent.DECLINE, actor, now=now)
