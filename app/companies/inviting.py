"""Inviting somebody into a company by mail, and taking an invitation back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import members, roster
from app.companies.refusals import AlreadyMember
from app.companies.roster import MemberFacts
from app.companies.tables import CompanyInvitation, CompanyMember
from app.domain.actor import ClientActor, CompanyRole
from app.domain.errands import Errand
from app.domain.lifecycles import step
from app.domain.members import (
    INVITATION_MOVES,
    INVITED_FOR,
    InvitationEvent,
    InvitationState,
    MemberEvent,
)
from app.domain.refusals import NotFound
from app.identity import accounts, attempts
from app.identity.tables import User
from app.kit import queue
from app.kit.ids import new_id
from app.settings import Settings


async def invite(
    session: AsyncSession,
    actor: ClientActor,
    *,
    email: str,
    role: CompanyRole,
    language: str,
    settings: Settings,
    now: datetime,
) -> MemberFacts:
    """Mail an invitation that holds for seven days. Inviting an address again renews it: with the
    role said last and a new token; the older one is void at once.

    `role` is any but owner, `language` that of the mail. The answer is the same whether the
    address has an account or not. Raises NotAllowed, AlreadyMember, TooManyAttempts.
    """
    inviter = await members.hold(session, actor)
    if await _is_member(session, actor.company_id, email):
        raise AlreadyMember
    buckets = attempts.for_invitation(settings, subject_id=actor.company_id, email=email)
    await attempts.count(session, buckets, now=now)
    row = await _open(session, actor.company_id, email)
    if row is None:
        row = CompanyInvitation(
            id=new_id(),
            company_id=actor.company_id,
            email_key=accounts.email_key(email),
            state=InvitationState.OPEN,
            created_at=now,
        )
        session.add(row)
    row.state = step(
        "invitation", INVITATION_MOVES, InvitationState(row.state), InvitationEvent.SEND
    )
    row.email, row.role, row.language, row.invited_by_user_id = email, role, language, inviter
    row.expires_at = now + INVITED_FOR
    await send_anew(session, row)
    members.record(session, actor, MemberEvent.INVITED, invitation_id=row.id, role=role, now=now)
    await session.flush()
    return await roster.get_invitation(session, actor.company_id, row.id, now=now)


async def withdraw(
    session: AsyncSession, actor: ClientActor, invitation_id: UUID, *, now: datetime
) -> None:
    """The invitation's token is void at once; a repeat changes nothing.

    Raises NotAllowed, NotFound, and IllegalMove once it was accepted.
    """
    await members.hold(session, actor)
    row = await session.scalar(
        select(CompanyInvitation)
        .where(
            CompanyInvitation.id == invitation_id,
            CompanyInvitation.company_id == actor.company_id,
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound
    if row.state == InvitationState.WITHDRAWN:
        return
    row.state = step(
        "invitation", INVITATION_MOVES, InvitationState(row.state), InvitationEvent.WITHDRAW
    )
    row.token_hash = None
    members.record(session, actor, MemberEvent.WITHDRAWN, invitation_id=row.id, now=now)
    await session.flush()


async def send_anew(session: AsyncSession, row: CompanyInvitation) -> None:
    """Void the token and leave the errand of mailing another one."""
    row.token_hash, row.mail_id, row.mail_state = None, new_id(), "intended"
    await session.flush()
    await queue.enqueue(session, Errand.SEND_MEMBER_INVITATION, {"invitation_id": str(row.id)})


async def _is_member(session: AsyncSession, company_id: UUID, email: str) -> bool:
    found = exists().where(
        CompanyMember.company_id == company_id,
        CompanyMember.user_id == User.id,
        User.email_key == accounts.email_key(email),
    )
    return bool(await session.scalar(select(found)))


async def _open(session: AsyncSession, company_id: UUID, email: str) -> CompanyInvitation | None:
    return await session.scalar(
        select(CompanyInvitation)
        .where(
            CompanyInvitation.company_id == company_id,
            CompanyInvitation.email_key == accounts.email_key(email),
            CompanyInvitation.state == InvitationState.OPEN,
        )
        .with_for_update()
    )
