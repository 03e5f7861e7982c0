"""Sessions: families of short access tokens and rotating refresh tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import NotSignedIn
from app.identity.tables import AccessToken, RefreshToken, SignInSession, User
from app.kit import crypto
from app.kit.db import Database
from app.kit.ids import new_id
from app.settings import Settings

_log = structlog.get_logger("lehrwerk.identity")
# Two parallel refreshes of one phone, or a retry after a lost answer, are no theft.
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Shown once; the database keeps hashes. `expires_in`: seconds of the access token."""

    access_token: str
    refresh_token: str
    expires_in: int


async def start(
    session: AsyncSession,
    *,
    user_id: UUID,
    settings: Settings,
    now: datetime,
    address_digest: bytes | None = None,
    second_factor_at: datetime | None = None,
) -> Tokens:
    """Open a session for a user who has just proved who they are."""
    family = SignInSession(
        id=new_id(),
        user_id=user_id,
        address_digest=address_digest,
        second_factor_at=second_factor_at,
        created_at=now,
    )
    session.add(family)
    await session.flush()
    return await _issue(session, family.id, settings, now)


async def refresh(
    database: Database, refresh_token: str, *, door: str, settings: Settings, now: datetime
) -> Tokens:
    """A new pair for a refresh token, which is used up by it. Raises NotSignedIn.

    A token used up longer than the grace ago has been copied by somebody: its family ends. That
    must be committed although the caller is refused, hence a transaction of its own.
    """
    async with database.begin() as session:
        tokens = await _rotate(session, refresh_token, door=door, settings=settings, now=now)
    if tokens is None:
        raise NotSignedIn
    return tokens


async def _rotate(
    session: AsyncSession, refresh_token: str, *, door: str, settings: Settings, now: datetime
) -> Tokens | None:
    token = await session.scalar(
        select(RefreshToken)
        .where(RefreshToken.token_hash == crypto.fingerprint(refresh_token))
        .with_for_update()
    )
    if token is None or token.expires_at <= now:
        return None
    alive = await session.scalar(
        select(SignInSession.id)
        .join(User, User.id == SignInSession.user_id)
        .where(
            SignInSession.id == token.session_id,
            SignInSession.revoked_at.is_(None),
            User.disabled_at.is_(None),
            User.door == door,
        )
    )
    if alive is None:
        return None
    if token.rotated_at is None:
        token.rotated_at = now
    elif now - token.rotated_at > GRACE:
        await _revoke(session, SignInSession.id == token.session_id, "refresh_reused", now)
        _log.warning("refresh_reused", session_id=str(token.session_id))
        return None
    return await _issue(session, token.session_id, settings, now)


async def sign_out(session: AsyncSession, *, access_token: str, now: datetime) -> None:
    """End the session of this access token, with its refresh tokens."""
    family = select(AccessToken.session_id).where(
        AccessToken.token_hash == crypto.fingerprint(access_token)
    )
    await _revoke(session, SignInSession.id.in_(family), "signed_out", now)


async def end_all(session: AsyncSession, *, user_id: UUID, because: str, now: datetime) -> None:
    """End every session of a user, from the next request on."""
    await _revoke(session, SignInSession.user_id == user_id, because, now)


async def _revoke(
    session: AsyncSession, which: ColumnElement[bool], because: str, now: datetime
) -> None:
    await session.execute(
        update(SignInSession)
        .where(which, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now, revoked_because=because)
    )


async def _issue(
    session: AsyncSession, session_id: UUID, settings: Settings, now: datetime
) -> Tokens:
    """A pair in the family; what has expired in it is swept on the way."""
    for table in (AccessToken, RefreshToken):
        await session.execute(
            delete(table).where(table.session_id == session_id, table.expires_at <= now)
        )
    access, refreshing = f"lwa_{crypto.new_secret()}", f"lwr_{crypto.new_secret()}"
    lifetime = timedelta(minutes=settings.access_token_minutes)
    session.add(
        AccessToken(
            token_hash=crypto.fingerprint(access), session_id=session_id, expires_at=now + lifetime
        )
    )
    session.add(
        RefreshToken(
            token_hash=crypto.fingerprint(refreshing),
            session_id=session_id,
            expires_at=now + timedelta(days=settings.refresh_token_days),
        )
    )
    await session.flush()
    return Tokens(access, refreshing, int(lifetime.total_seconds()))
