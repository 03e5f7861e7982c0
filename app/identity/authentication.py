"""From a bearer token to an Actor, in one look-up."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, CompanyRole, FinanceActor, OperationsActor, TrainerActor
from app.domain.refusals import NotSignedIn
from app.identity.tables import AccessToken, Grant, SignInSession, User
from app.kit import crypto


async def client_actor(session: AsyncSession, token: str, *, now: datetime) -> ClientActor:
    """A member of a company. Raises NotSignedIn."""
    user = await _user(session, token, "client", now)
    grant = await session.scalar(select(Grant).where(Grant.user_id == user.id))
    if grant is None:
        raise NotSignedIn
    return ClientActor(grant.subject_id, user.id, None, CompanyRole(grant.role))


async def trainer_actor(session: AsyncSession, token: str, *, now: datetime) -> TrainerActor:
    """A trainer. Raises NotSignedIn."""
    user = await _user(session, token, "trainer", now)
    grant = await session.scalar(select(Grant).where(Grant.user_id == user.id))
    if grant is None:
        raise NotSignedIn
    return TrainerActor(grant.subject_id, user.id)


async def finance_actor(session: AsyncSession, token: str, *, now: datetime) -> FinanceActor:
    """Finance staff. Raises NotSignedIn."""
    return FinanceActor((await _user(session, token, "finance", now)).id)


async def operations_actor(session: AsyncSession, token: str, *, now: datetime) -> OperationsActor:
    """Operations staff. Raises NotSignedIn."""
    return OperationsActor((await _user(session, token, "operations", now)).id)


async def _user(session: AsyncSession, token: str, door: str, now: datetime) -> User:
    user = await session.scalar(
        select(User)
        .join(SignInSession, SignInSession.user_id == User.id)
        .join(AccessToken, AccessToken.session_id == SignInSession.id)
        .where(
            AccessToken.token_hash == crypto.fingerprint(token),
            AccessToken.expires_at > now,
            SignInSession.revoked_at.is_(None),
            User.disabled_at.is_(None),
            User.door == door,
        )
    )
    if user is None:
        raise NotSignedIn
    return user
