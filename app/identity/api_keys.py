"""A company's API keys: shown once, stored hashed, revoked at once."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ApiScope, ClientActor
from app.domain.permissions import Permission, require
from app.domain.refusals import NotFound
from app.identity.queries import ApiKeyFacts, key_facts
from app.identity.tables import ApiKey
from app.kit import crypto
from app.kit.ids import new_id

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_PREFIX_LENGTH = 12


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """`secret` is the whole key, `lwk_<prefix>.<secret>`; it cannot be shown again."""

    facts: ApiKeyFacts
    secret: str


async def create(
    session: AsyncSession,
    actor: ClientActor,
    *,
    name: str,
    scopes: Iterable[ApiScope],
    now: datetime,
) -> NewApiKey:
    """A key for the actor's company. Raises NotAllowed unless an owner asks."""
    require(actor, Permission.MANAGE_COMPANY)
    assert actor.user_id is not None  # no scope manages a company
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(_PREFIX_LENGTH))
    secret = crypto.new_secret()
    row = ApiKey(
        id=new_id(),
        subject_id=actor.company_id,
        prefix=prefix,
        secret_hash=crypto.fingerprint(secret),
        name=name,
        scopes=sorted(set(scopes)),
        created_by_user_id=actor.user_id,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return NewApiKey(key_facts(row), f"lwk_{prefix}.{secret}")


async def revoke(
    session: AsyncSession, actor: ClientActor, key_id: UUID, *, now: datetime
) -> ApiKeyFacts:
    """The key works no more; a repeat changes nothing. Raises NotAllowed, NotFound."""
    require(actor, Permission.MANAGE_COMPANY)
    row = await session.scalar(
        select(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.subject_id == actor.company_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = now
        await session.flush()
    return key_facts(row)


async def revoke_of_user(session: AsyncSession, *, user_id: UUID, now: datetime) -> None:
    """Revoke every key that this user made."""
    await session.execute(
        update(ApiKey)
        .where(ApiKey.created_by_user_id == user_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now)
    )
