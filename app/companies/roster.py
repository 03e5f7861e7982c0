"""Reads of members and open invitations, in one list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Select, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company, CompanyInvitation, CompanyMember
from app.domain.actor import ClientActor, CompanyRole
from app.domain.members import InvitationState
from app.domain.permissions import Permission, require
from app.domain.refusals import NotFound
from app.identity.tables import User
from app.kit import crypto, paging
from app.kit.paging import Cut, Page


class MemberState(StrEnum):
    """active: a member. invited, expired: an open invitation, within its seven days or after."""

    ACTIVE = "active"
    INVITED = "invited"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A member by user id, or an invitation by its own. `since_at`: joined, or first invited."""

    id: UUID
    state: MemberState
    email: str
    full_name: str | None
    role: CompanyRole
    since_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """What the holder of an invitation's token may know before she joins."""

    id: UUID
    company_id: UUID
    company_name: str
    email: str
    role: CompanyRole
    expires_at: datetime


_Found: TypeAlias = Select[*tuple[Any, ...]]


async def list_members(
    session: AsyncSession, actor: ClientActor, page: Cut, *, now: datetime
) -> Page[MemberFacts]:
    """Members and open invitations, newest first. Raises NotAllowed unless an owner asks."""
    require(actor, Permission.MANAGE_COMPANY)
    both = union_all(_members(actor.company_id), _invitations(actor.company_id)).subquery()
    columns = both.c
    statement = paging.cut(select(both), columns.since_at, columns.id, page)
    rows = [_facts(row, now) for row in await session.execute(statement)]
    return paging.paged(rows, page, lambda facts: (facts.since_at, facts.id))


async def get_member(session: AsyncSession, company_id: UUID, user_id: UUID) -> MemberFacts:
    """Raises NotFound."""
    statement = _members(company_id).where(CompanyMember.user_id == user_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _facts(row, None)


async def get_invitation(
    session: AsyncSession, company_id: UUID, invitation_id: UUID, *, now: datetime
) -> MemberFacts:
    """An open invitation. Raises NotFound."""
    statement = _invitations(company_id).where(CompanyInvitation.id == invitation_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _facts(row, now)


async def find_by_token(
    session: AsyncSession, token: str, *, now: datetime
) -> InvitationFacts | None:
    """The open invitation that this token belongs to, None once it has expired."""
    statement = (
        select(
            CompanyInvitation.id,
            CompanyInvitation.company_id,
            Company.legal_name,
            CompanyInvitation.email,
            CompanyInvitation.role,
            CompanyInvitation.expires_at,
        )
        .join(Company, Company.id == CompanyInvitation.company_id)
        .where(
            CompanyInvitation.token_hash == crypto.fingerprint(token),
            CompanyInvitation.state == InvitationState.OPEN,
            CompanyInvitation.expires_at > now,
        )
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    return InvitationFacts(row[0], row[1], row[2], row[3], CompanyRole(row[4]), row[5])


def _members(company_id: UUID) -> _Found:
    return (
        select(
            CompanyMember.user_id.label("id"),
            User.email,
            User.full_name,
            CompanyMember.role,
            CompanyMember.joined_at.label("since_at"),
            null().label("expires_at"),
        )
        .join(User, User.id == CompanyMember.user_id)
        .where(CompanyMember.company_id == company_id)
    )


def _invitations(company_id: UUID) -> _Found:
    return select(
        CompanyInvitation.id.label("id"),
        CompanyInvitation.email,
        literal(None).label("full_name"),
        CompanyInvitation.role,
        CompanyInvitation.created_at.label("since_at"),
        CompanyInvitation.expires_at,
    ).where(
        CompanyInvitation.company_id == company_id, CompanyInvitation.state == InvitationState.OPEN
    )


def _facts(found: Row[*tuple[Any, ...]], now: datetime | None) -> MemberFacts:
    id_, email, full_name, role, since_at, expires_at = found
    state = MemberState.ACTIVE
    if expires_at is not None and now is not None:
        state = MemberState.INVITED if expires_at > now else MemberState.EXPIRED
    return MemberFacts(id_, state, email, full_name, CompanyRole(role), since_at, expires_at)
