"""A second factor that is fresh: asked for again before somebody moves money.

Freshness is measured in real time. The development clock may jump by weeks; the person at the
keyboard is still the one who typed the code a minute ago.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import TooManyAttempts
from app.identity import second_factor
from app.identity.refusals import FreshSecondFactorNeeded, SecondFactorMissing, SecondFactorWrong
from app.identity.tables import AccessToken, SignInSession, User
from app.kit import crypto, limits
from app.kit.clock import Clock
from app.kit.db import Database
from app.settings import Settings

_TRIES, _WINDOW_S = 5, 900


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

    Five tries in a quarter of an hour, then none: the count is kept whatever comes of the request.
    Raises SecondFactorMissing, SecondFactorWrong, TooManyAttempts.
    """
    async with database.begin() as session:
        user_id, session_id, sealed = await _behind(session, access_token)
    key = f"step_up:{user_id}"
    wait_s = await limits.take(database, key, now=clock.now(), most=_TRIES, window_s=_WINDOW_S)
    if wait_s is not None:
        raise TooManyAttempts(retry_after_s=wait_s)
    async with database.begin() as session:
        right = await second_factor.use(
            session,
            user_id=user_id,
            sealed=sealed,
            code=code,
            moments=moments(clock),
            settings=settings,
        )
        if not right:
            raise SecondFactorWrong
        row = await session.get_one(SignInSession, session_id, with_for_update=True)
        row.second_factor_at = real_now(clock)
        await limits.give_back(session, key, most=_TRIES, window_s=_WINDOW_S)
    return real_now(clock) + timedelta(minutes=settings.step_up_minutes)


async def _behind(session: AsyncSession, access_token: str) -> tuple[UUID, UUID, bytes]:
    row = (
        await session.execute(
            select(User.id, SignInSession.id, User.totp_secret_sealed)
            .join(SignInSession, SignInSession.user_id == User.id)
            .join(AccessToken, AccessToken.session_id == SignInSession.id)
            .where(AccessToken.token_hash == crypto.fingerprint(access_token))
        )
    ).one()
    user_id, session_id, sealed = row
    if sealed is None:
        raise SecondFactorMissing
    return user_id, session_id, sealed
