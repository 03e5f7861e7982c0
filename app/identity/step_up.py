"""A second factor that is fresh: asked for again before somebody moves money.

Freshness is measured in real time. The development clock may jump by weeks; the person at the
keyboard is still the one who typed the code a minute ago.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import TooManyAttempts
from app.identity import mailed_codes, second_factor
from app.identity.refusals import FreshSecondFactorNeeded, SecondFactorMissing, SecondFactorWrong
from app.identity.tables import AccessToken, SignInSession, User
from app.kit import crypto, limits
from app.kit.clock import Clock
from app.kit.db import Database
from app.settings import Settings

_TRIES, _WINDOW_S = 5, 900


@dataclass(frozen=True, slots=True)
class _Behind:
    """Whose token it is. `sealed`: the secret of an authenticator, None where codes are mailed."""

    user_id: UUID
    session_id: UUID
    sealed: bytes | None


def real_now(clock: Clock) -> datetime:
    """What a watch on the wall says."""
    return clock.now() - timedelta(seconds=clock.offset_seconds)


def moments(clock: Clock) -> tuple[datetime, ...]:
    """An authenticator knows only the real time, the development clock may run ahead of it."""
    now, real = clock.now(), real_now(clock)
    return (now, real) if clock.offset_seconds else (now,)


async def require(
    session: AsyncSession, access_token: str, *, settings: Settings, clock: Clock
) -> None:
    """Raise FreshSecondFactorNeeded unless this sign-in has shown a code a short while ago."""
    shown_at = await session.scalar(
        select(SignInSession.second_factor_at)
        .join(AccessToken, AccessToken.session_id == SignInSession.id)
        .where(AccessToken.token_hash == crypto.fingerprint(access_token))
    )
    window = timedelta(minutes=settings.step_up_minutes)
    if shown_at is None or real_now(clock) - shown_at > window:
        raise FreshSecondFactorNeeded(minutes=settings.step_up_minutes)


async def confirm(
    database: Database, access_token: str, code: str, *, settings: Settings, clock: Clock
) -> datetime:
    """Show a code for this sign-in; until when it counts as fresh (real time).

    Of an authenticator five tries in a quarter of an hour, of a mailed code ten in ten minutes,
    then none: the count is kept whatever comes of the request. Raises SecondFactorMissing,
    SecondFactorWrong, TooManyAttempts.
    """
    async with database.begin() as session:
        who = await _behind(session, access_token)
    mailed = who.sealed is None
    most, window_s = (
        (mailed_codes.TRIES, mailed_codes.TRIES_WINDOW_S) if mailed else (_TRIES, _WINDOW_S)
    )
    key = f"step_up:{who.user_id}"
    wait_s = await limits.take(database, key, now=clock.now(), most=most, window_s=window_s)
    if wait_s is not None:
        raise TooManyAttempts(retry_after_s=wait_s)
    async with database.begin() as session:
        if not await _is_right(session, who, code, settings=settings, clock=clock):
            raise SecondFactorWrong
        row = await session.get_one(SignInSession, who.session_id, with_for_update=True)
        row.second_factor_at = real_now(clock)
        await limits.give_back(session, key, most=most, window_s=window_s)
    return real_now(clock) + timedelta(minutes=settings.step_up_minutes)


async def _is_right(
    session: AsyncSession, who: _Behind, code: str, *, settings: Settings, clock: Clock
) -> bool:
    if who.sealed is None:
        return await mailed_codes.use(
            session, who.user_id, code, settings=settings, now=clock.now()
        )
    return await second_factor.use(
        session,
        user_id=who.user_id,
        sealed=who.sealed,
        code=code,
        moments=moments(clock),
        settings=settings,
    )


async def _behind(session: AsyncSession, access_token: str) -> _Behind:
    row = (
        await session.execute(
            select(User.id, SignInSession.id, User.totp_secret_sealed, User.door)
            .join(SignInSession, SignInSession.user_id == User.id)
            .join(AccessToken, AccessToken.session_id == SignInSession.id)
            .where(AccessToken.token_hash == crypto.fingerprint(access_token))
        )
    ).one()
    user_id, session_id, sealed, door = row
    if sealed is None and door not in mailed_codes.DOORS:
        raise SecondFactorMissing
    return _Behind(user_id, session_id, sealed)
