"""The account of somebody invited by mail who has just shown that she reads that mailbox."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity import accounts, grants, mailed_tokens, sessions
from app.identity.mailed_tokens import Purpose
from app.identity.tables import User


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who she says she is. The hash is made before the transaction has anything to hold."""

    password_hash: str
    full_name: str
    language: str


async def is_taken(session: AsyncSession, *, door: str, email: str) -> bool:
    """Whether the address is proven to be that of a user who already acts for somebody."""
    user_id = await accounts.verified_user_id(session, door=door, email=email)
    return user_id is not None and not await _free(session, user_id)


async def take_in(
    session: AsyncSession, *, door: str, email: str, newcomer: Newcomer, now: datetime
) -> UUID | None:
    """The user of a mailbox that was just proven: a new one, or the one who proved it before.

    The latter only while she acts for nobody and is not disabled, else None. Then her account has
    nothing to guard but its past, and setting the password is what a reset would allow the reader
    of the mailbox too; her other sessions and mailed tokens end with it.
    """
    await accounts.lock_address(session, door=door, email=email)
    user_id = await accounts.verified_user_id(session, door=door, email=email)
    if user_id is None:
        return await accounts.open_user(
            session,
            door=door,
            email=email,
            password_hash=newcomer.password_hash,
            full_name=newcomer.full_name,
            language=newcomer.language,
            now=now,
            proven=True,
        )
    user = await session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    if not await _free(session, user_id):
        return None
    user.password_hash = newcomer.password_hash
    user.full_name, user.language = newcomer.full_name, newcomer.language
    await session.flush()
    await mailed_tokens.use_up(session, user_id=user_id, purpose=Purpose.RESET_PASSWORD, now=now)
    await sessions.end_all(session, user_id=user_id, because="joined_again", now=now)
    return user_id


async def _free(session: AsyncSession, user_id: UUID) -> bool:
    enabled = await session.scalar(
        select(User.id).where(User.id == user_id, User.disabled_at.is_(None))
    )
    return enabled is not None and not await grants.has_any(session, user_id)
