"""Setting a new password with a mailed token."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errands import Errand
from app.identity import (
    accounts,
    api_keys,
    attempts,
    mailed_tokens,
    passwords,
    sessions,
    verifying,
)
from app.identity.mailed_tokens import Purpose
from app.identity.refusals import LinkNotValid
from app.identity.tables import User
from app.kit import queue
from app.kit.db import Database
from app.kit.ids import new_id
from app.settings import Settings


async def request_reset(
    database: Database, *, door: str, email: str, address: str, settings: Settings, now: datetime
) -> None:
    """Leave the errand of mailing a reset token, if there is a user.

    Without one the same errand is left for nobody: the answer and its time tell nothing.
    `address` is the caller's network address. Raises TooManyAttempts.
    """
    place = attempts.place_of(address, settings)
    buckets = attempts.for_reset_mail(settings, door=door, email=email, place=place)
    await attempts.take(database, buckets, now=now)
    async with database.begin() as session:
        user_id = await accounts.find_for_reset(session, door=door, email=email)
        await queue.enqueue(
            session, Errand.SEND_PASSWORD_RESET_MAIL, {"user_id": str(user_id or new_id())}
        )


async def reset_password(
    database: Database,
    *,
    token: str,
    password: str,
    door: str,
    address: str,
    settings: Settings,
    now: datetime,
) -> None:
    """Set the password, end all sessions and void all other tokens of its kind.

    The token is looked at before the password is hashed: a made-up one must not cost 40 ms.
    Raises LinkNotValid, TooManyAttempts.
    """
    buckets = attempts.for_mailed_token(settings, place=attempts.place_of(address, settings))
    await attempts.take(database, buckets, now=now)
    async with database.begin() as session:
        await _holder(session, token, door, now)
    password_hash = await passwords.hash_password(password)
    async with database.begin() as session:
        await _set(session, token, password_hash, door=door, now=now)
        await attempts.give_back(session, buckets)


async def _set(
    session: AsyncSession, token: str, password_hash: str, *, door: str, now: datetime
) -> None:
    user = await _holder(session, token, door, now)
    if user.email_verified_at is None:
        # Whoever opened this account never proved the address; the reader of the mailbox takes it
        # over, and no key made before may stay in the other's hands.
        await api_keys.revoke_of_user(session, user_id=user.id, now=now)
        await verifying.own_address(session, user, now=now)
    user.password_hash = password_hash
    await session.flush()
    await mailed_tokens.use_up(session, user_id=user.id, purpose=Purpose.RESET_PASSWORD, now=now)
    await sessions.end_all(session, user_id=user.id, because="password_reset", now=now)


async def _holder(session: AsyncSession, token: str, door: str, now: datetime) -> User:
    held = await mailed_tokens.holder(
        session, token=token, purpose=Purpose.RESET_PASSWORD, door=door, now=now
    )
    if held is None or held[1].used_at is not None:
        raise LinkNotValid
    return held[0]
