"""Proving an e-mail address with a mailed token."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.identity import accounts, attempts, mailed_tokens
from app.identity.mailed_tokens import Purpose
from app.identity.refusals import LinkNotValid
from app.identity.tables import User
from app.kit.db import Database
from app.settings import Settings


async def verify_email(
    database: Database, *, token: str, door: str, address: str, settings: Settings, now: datetime
) -> None:
    """The mailbox is its user's from now on. A repeat with the same token is no fault.

    `address` is the caller's network address. Raises LinkNotValid, also when another user proved
    the same mailbox first, and TooManyAttempts.
    """
    buckets = attempts.for_mailed_token(settings, place=attempts.place_of(address, settings))
    await attempts.take(database, buckets, now=now)
    async with database.begin() as session:
        held = await mailed_tokens.holder(
            session, token=token, purpose=Purpose.VERIFY_EMAIL, door=door, now=now
        )
        if held is None:
            raise LinkNotValid
        await own_address(session, held[0], now=now)
        await mailed_tokens.use_up(
            session, user_id=held[0].id, purpose=Purpose.VERIFY_EMAIL, now=now
        )
        await attempts.give_back(session, buckets)


async def own_address(session: AsyncSession, user: User, *, now: datetime) -> None:
    """Record that this user reads this mailbox. Raises LinkNotValid when it is another's."""
    if user.email_verified_at is not None:
        return
    await accounts.lock_address(session, door=user.door, email=user.email)
    if await accounts.verified_user_id(session, door=user.door, email=user.email) is not None:
        raise LinkNotValid
    user.email_verified_at = now
    await session.flush()
