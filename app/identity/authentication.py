"""From a bearer token to an Actor, in one look-up."""

import re
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, CompanyRole, FinanceActor, OperationsActor, TrainerActor
from app.domain.refusals import NotSignedIn
from app.identity.tables import AccessToken, ApiKey, Grant, SignInSession, User
from app.kit import crypto

API_KEY = re.compile(r"lwk_([a-z0-9]{12})\.([A-Za-z0-9_-]{43})")


async def client_actor(session: AsyncSession, token: str, *, now: datetime) -> ClientActor:
    """A member of a company, or one of its API keys. Raises NotSignedIn."""
    if token.startswith("lwk_"):
        return await _key_actor(session, token)
    found = await _granted(session, token, "client", now)
    return ClientActor(found.subject_id, found.user_id, None, CompanyRole(found.role))


async def trainer_actor(session: AsyncSession, token: str, *, now: datetime) -> TrainerActor:
    """A trainer. Raises NotSignedIn."""
    found = await _granted(session, token, "trainer", now)
    return TrainerActor(found.subject_id, found.user_id)


async def finance_actor(session: AsyncSession, token: str, *, now: datetime) -> FinanceActor:
    """Finance staff. Raises NotSignedIn."""
    return FinanceActor(await _staff(session, token, "finance", now))


async def operations_actor(session: AsyncSession, token: str, *, now: datetime) -> OperationsActor:
    """Operations staff. Raises NotSignedIn."""
    return OperationsActor(await _staff(session, token, "operations", now))


class _Granted(NamedTuple):
    user_id: UUID
    subject_id: UUID
    role: str


async def _granted(session: AsyncSession, token: str, door: str, now: datetime) -> _Granted:
    """The grant is read with the token: a role that was taken away is gone at the next request."""
    row = (await session.execute(_GRANTED, _said(token, door, now))).one_or_none()
    if row is None:
        raise NotSignedIn
    return _Granted(*row)


async def _staff(session: AsyncSession, token: str, door: str, now: datetime) -> UUID:
    user_id = await session.scalar(_STAFF, _said(token, door, now))
    if user_id is None:
        raise NotSignedIn
    return user_id


def _said(token: str, door: str, now: datetime) -> dict[str, object]:
    return {"token_hash": crypto.fingerprint(token), "door": door, "now": now}


async def _key_actor(session: AsyncSession, token: str) -> ClientActor:
    parts = API_KEY.fullmatch(token)
    if parts is None:
        raise NotSignedIn
    row = (
        await session.execute(
            select(ApiKey.id, ApiKey.subject_id, ApiKey.secret_hash, ApiKey.scopes).where(
                ApiKey.prefix == parts[1], ApiKey.revoked_at.is_(None)
            )
        )
    ).one_or_none()
    if row is None or not crypto.same(row.secret_hash, crypto.fingerprint(parts[2])):
        raise NotSignedIn
    return ClientActor(row.subject_id, None, row.id, None, frozenset(row.scopes))


# Built once: every request asks it, and composing it costs more than running it.
_LIVE = (
    AccessToken.token_hash == bindparam("token_hash"),
    AccessToken.expires_at > bindparam("now"),
    SignInSession.revoked_at.is_(None),
    User.disabled_at.is_(None),
    User.door == bindparam("door"),
)
_GRANTED = (
    select(User.id, Grant.subject_id, Grant.role)
    .join(SignInSession, SignInSession.user_id == User.id)
    .join(AccessToken, AccessToken.session_id == SignInSession.id)
    .join(Grant, Grant.user_id == User.id)
    .where(*_LIVE)
    .order_by(Grant.subject_id)
    .limit(1)
)
# The same as `_GRANTED` at the trainer door, for statements that do more in one round trip: one
# row with u.id and g.subject_id, or none.
LIVE_TRAINER = """
    FROM access_tokens a JOIN sign_in_sessions s ON s.id = a.session_id
    JOIN users u ON u.id = s.user_id JOIN grants g ON g.user_id = u.id
    WHERE a.token_hash = {hashed} AND a.expires_at > {now} AND s.revoked_at IS NULL
      AND u.disabled_at IS NULL AND u.door = 'trainer'
    ORDER BY g.subject_id LIMIT 1
"""
_STAFF = (
    select(User.id)
    .join(SignInSession, SignInSession.user_id == User.id)
    .join(AccessToken, AccessToken.session_id == SignInSession.id)
    .where(*_LIVE)
)
