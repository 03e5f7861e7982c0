"""Joining a company with the token of an invitation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import inviting, members, roster
from app.companies.roster import InvitationFacts, MemberFacts
from app.companies.tables import CompanyInvitation, CompanyMember
from app.domain.actor import ClientActor
from app.domain.lifecycles import step
from app.domain.members import (
    INVITATION_MOVES,
    InvitationEvent,
    InvitationState,
    MemberEvent,
)
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.identity import attempts, grants, passwords, sessions
from app.identity import joining as mailboxes
from app.identity.joining import Newcomer
from app.identity.refusals import LinkNotValid
from app.identity.sessions import Tokens
from app.kit.db import Database
from app.notices import telling
from app.notices.telling import News
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Joined:
    """The new member and a session of hers."""

    member: MemberFacts
    tokens: Tokens


async def preview(
    database: Database, *, token: str, address: str, settings: Settings, now: datetime
) -> InvitationFacts:
    """What the token invites to. `address` is the caller's network address.

    Raises LinkNotValid, TooManyAttempts.
    """
    buckets = attempts.for_mailed_token(settings, place=attempts.place_of(address, settings))
    await attempts.take(database, buckets, now=now)
    async with database.begin() as session:
        found = await _valid(session, token, now)
        await attempts.give_back(session, buckets)
    return found


async def accept(
    database: Database,
    *,
    token: str,
    full_name: str,
    password: str,
    language: str,
    address: str,
    settings: Settings,
    now: datetime,
) -> Joined:
    """Make whoever reads the invited mailbox a member, signed in, and the address verified.

    Whose address proves to be that of an account that acts for another company learns of it by
    mail alone: here the token is simply not valid any more. The token is looked at before the
    password is hashed: a made-up one must not cost 40 ms. Raises LinkNotValid, TooManyAttempts.
    """
    place = attempts.place_of(address, settings)
    buckets = attempts.for_mailed_token(settings, place=place)
    await attempts.take(database, buckets, now=now)
    async with database.begin() as session:
        await _valid(session, token, now)
    newcomer = Newcomer(await passwords.hash_password(password), full_name, language)
    async with database.begin() as session:
        actor = await _join(session, token, newcomer, now=now)
        if actor is not None:
            assert actor.user_id is not None
            await attempts.give_back(session, buckets)
            tokens = await sessions.start(
                session, user_id=actor.user_id, settings=settings, now=now, address_digest=place
            )
            return Joined(await roster.get_member(session, actor.company_id, actor.user_id), tokens)
    raise LinkNotValid


async def _join(
    session: AsyncSession, token: str, newcomer: Newcomer, *, now: datetime
) -> ClientActor | None:
    """The new member as an actor; None when the address acts for somebody else."""
    await members.lock(session, (await _valid(session, token, now)).company_id)
    # Withdrawn, renewed or accepted while we waited?
    found = await _valid(session, token, now)
    row = await session.get_one(CompanyInvitation, found.id, with_for_update=True)
    user_id = await mailboxes.take_in(
        session, door="client", email=row.email, newcomer=newcomer, now=now
    )
    if user_id is None:
        await inviting.send_anew(session, row)
        return None
    session.add(
        CompanyMember(company_id=found.company_id, user_id=user_id, role=found.role, joined_at=now)
    )
    row.state = step(
        "invitation", INVITATION_MOVES, InvitationState(row.state), InvitationEvent.ACCEPT
    )
    row.token_hash, row.accepted_by_user_id = None, user_id
    await session.flush()
    await grants.grant(session, user_id=user_id, subject_id=found.company_id, role=found.role)
    actor = ClientActor(found.company_id, user_id, None, found.role)
    members.record(
        session,
        actor,
        MemberEvent.JOINED,
        user_id=user_id,
        invitation_id=row.id,
        role=found.role,
        now=now,
    )
    to = telling.company(found.company_id, Permission.MANAGE_COMPANY)
    await telling.tell(
        session, News(Kind.MEMBER_JOINED, found.company_id, to, stage=str(user_id)), now=now
    )
    return actor


async def _valid(session: AsyncSession, token: str, now: datetime) -> InvitationFacts:
    found = await roster.find_by_token(session, token, now=now)
    if found is None:
        raise LinkNotValid
    return found
