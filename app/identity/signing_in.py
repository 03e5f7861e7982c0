"""Signing in: one look-up, one Argon2 verification, one answer for everything that is wrong.

No transaction is open while the password is checked, so that a queue of sign-ins keeps no database
connection from anybody.
"""

from typing import NoReturn
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity import accounts, attempts, passwords, second_factor, sessions, step_up
from app.identity.accounts import SignInFacts
from app.identity.refusals import SignInRefused
from app.identity.sessions import Tokens
from app.identity.tables import User
from app.kit.clock import Clock
from app.kit.db import Database
from app.settings import Settings

_log = structlog.get_logger("lehrwerk.identity")


async def sign_in(
    database: Database,
    *,
    door: str,
    email: str,
    password: str,
    otp: str | None,
    address: str,
    settings: Settings,
    clock: Clock,
) -> Tokens:
    """A session for the right address, password and, for who has one, second factor.

    `address` is the caller's network address. Raises SignInRefused or TooManyAttempts, alike for
    addresses that have an account and for those that have none.
    """
    now = clock.now()
    place = attempts.place_of(address, settings)
    async with database.begin() as session:
        found = await accounts.find_for_sign_in(
            session, door=door, email=email, address_digest=place, now=now
        )
    buckets = attempts.for_sign_in(
        settings,
        door=door,
        email=email,
        place=place,
        familiar=found is not None and found.familiar,
    )
    await attempts.take(database, buckets, now=now)
    right = await passwords.verify(password, found.password_hash if found else None)
    if found is None or not right:
        _refuse(door, found.user_id if found else None)
    async with database.begin() as session:
        if not await _still_so(session, found):
            _refuse(door, found.user_id)
        if found.totp_secret_sealed is not None and not await second_factor.use(
            session,
            user_id=found.user_id,
            sealed=found.totp_secret_sealed,
            code=otp or "",
            moments=step_up.moments(clock),
            settings=settings,
        ):
            _refuse(door, found.user_id)
        await attempts.give_back(session, buckets)
        return await sessions.start(
            session,
            user_id=found.user_id,
            settings=settings,
            now=now,
            address_digest=place,
            second_factor_at=step_up.real_now(clock) if found.totp_secret_sealed else None,
        )


async def _still_so(session: AsyncSession, found: SignInFacts) -> bool:
    """The password was checked with no transaction open; a reset or a lock-out may have come
    between, and its ending of all sessions must not miss this one."""
    return (
        await session.scalar(
            select(User.id)
            .where(
                User.id == found.user_id,
                User.password_hash == found.password_hash,
                User.disabled_at.is_(None),
            )
            .with_for_update(read=True)
        )
        is not None
    )


def _refuse(door: str, user_id: UUID | None) -> NoReturn:
    _log.info("sign_in_refused", door=door, user_id=str(user_id) if user_id else None)
    raise SignInRefused
