"""Members of a company: their roles, the handing over of ownership, their removal.

Everything about members is decided one at a time per company, under a lock of the company's row,
and by somebody who is still its owner once the lock is held: the role in a token was read before.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import roster
from app.companies.refusals import CompanyNeedsOwner
from app.companies.roster import MemberFacts
from app.companies.tables import Company, CompanyMember, CompanyMemberStep
from app.domain.actor import ClientActor, CompanyRole, describe
from app.domain.members import AFTER_OWNING, MemberEvent
from app.domain.notices import Kind
from app.domain.permissions import BY_ROLE, Permission, require
from app.domain.refusals import NotAllowed, NotFound
from app.identity import api_keys, grants, sessions
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News


async def lock(session: AsyncSession, company_id: UUID) -> None:
    """Only one transaction at a time decides about a company's members. Raises NotFound.

    The weaker lock, because rows that merely refer to the company must not wait for it.
    """
    held = await session.scalar(
        select(Company.id).where(Company.id == company_id).with_for_update(key_share=True)
    )
    if held is None:
        raise NotFound


async def hold(session: AsyncSession, actor: ClientActor) -> UUID:
    """Lock the company for a member who manages it now; the member's user id. Raises NotAllowed."""
    require(actor, Permission.MANAGE_COMPANY)
    assert actor.user_id is not None  # no scope manages a company
    await lock(session, actor.company_id)
    role = await session.scalar(
        select(CompanyMember.role).where(
            CompanyMember.company_id == actor.company_id, CompanyMember.user_id == actor.user_id
        )
    )
    if role is None or Permission.MANAGE_COMPANY not in BY_ROLE[CompanyRole(role)]:
        raise NotAllowed
    return actor.user_id


async def change_role(
    session: AsyncSession, actor: ClientActor, user_id: UUID, *, role: CompanyRole, now: datetime
) -> MemberFacts:
    """Give a member another role, from the next request on; the same again changes nothing.

    `owner` hands ownership over: the owner of before is a hiring manager from then on.
    Raises NotAllowed, NotFound, CompanyNeedsOwner.
    """
    owner_id = await hold(session, actor)
    held = await _role_of(session, actor.company_id, user_id)
    if held is not role:
        if held is CompanyRole.OWNER:
            raise CompanyNeedsOwner
        if role is CompanyRole.OWNER:
            # First the old one steps back: the index allows no second owner for a moment.
            await _set(session, actor, owner_id, AFTER_OWNING, now)
        await _set(session, actor, user_id, role, now)
    return await roster.get_member(session, actor.company_id, user_id)


async def remove(
    session: AsyncSession, actor: ClientActor, user_id: UUID, *, now: datetime
) -> None:
    """End a membership at once: grant, sessions, and the API keys that this member has seen.

    Raises NotAllowed, NotFound, CompanyNeedsOwner.
    """
    await hold(session, actor)
    if await _role_of(session, actor.company_id, user_id) is CompanyRole.OWNER:
        raise CompanyNeedsOwner
    member = await session.get_one(CompanyMember, (actor.company_id, user_id))
    await session.delete(member)
    await session.flush()
    await grants.revoke(session, user_id=user_id, subject_id=actor.company_id)
    await sessions.end_all(session, user_id=user_id, because="member_removed", now=now)
    await api_keys.revoke_of_user(session, user_id=user_id, now=now)
    record(session, actor, MemberEvent.REMOVED, user_id=user_id, now=now)
    await telling.tell(
        session,
        News(Kind.MEMBERSHIP_ENDED, actor.company_id, telling.user(user_id), stage=now.isoformat()),
        now=now,
    )


def record(
    session: AsyncSession,
    actor: ClientActor,
    event: MemberEvent,
    *,
    user_id: UUID | None = None,
    invitation_id: UUID | None = None,
    role: str | None = None,
    now: datetime,
) -> None:
    """Append to the history of the actor's company."""
    session.add(
        CompanyMemberStep(
            id=new_id(),
            company_id=actor.company_id,
            user_id=user_id,
            invitation_id=invitation_id,
            event=event,
            role=role,
            actor=describe(actor),
            at=now,
        )
    )


async def _role_of(session: AsyncSession, company_id: UUID, user_id: UUID) -> CompanyRole:
    role = await session.scalar(
        select(CompanyMember.role).where(
            CompanyMember.company_id == company_id, CompanyMember.user_id == user_id
        )
    )
    if role is None:
        raise NotFound
    return CompanyRole(role)


async def _set(
    session: AsyncSession, actor: ClientActor, user_id: UUID, role: CompanyRole, now: datetime
) -> None:
    await session.execute(
        update(CompanyMember)
        .where(CompanyMember.company_id == actor.company_id, CompanyMember.user_id == user_id)
        .values(role=role)
    )
    await grants.grant(session, user_id=user_id, subject_id=actor.company_id, role=role)
    record(session, actor, MemberEvent.CHANGED, user_id=user_id, role=role, now=now)
    await telling.tell(
        session,
        News(
            Kind.ROLE_CHANGED,
            actor.company_id,
            telling.user(user_id),
            stage=now.isoformat(),
            facts={"role": role.value},
        ),
        now=now,
    )
