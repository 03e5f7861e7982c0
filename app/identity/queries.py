"""Reads of identity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.permissions import Permission, require
from app.identity.tables import ApiKey, User
from app.kit.paging import Cut, Page, cut, paged


@dataclass(frozen=True, slots=True)
class ApiKeyFacts:
    """A key without its secret."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where and how a user is written to. `language` is en or de."""

    email: str
    language: str
    door: str
    verified: bool


def key_facts(row: ApiKey) -> ApiKeyFacts:
    return ApiKeyFacts(
        row.id, row.name, row.prefix, tuple(row.scopes), row.created_at, row.revoked_at
    )


async def list_api_keys(session: AsyncSession, actor: ClientActor, page: Cut) -> Page[ApiKeyFacts]:
    """The company's keys, newest first, revoked ones too. Raises NotAllowed unless an owner."""
    require(actor, Permission.MANAGE_COMPANY)
    statement = select(ApiKey).where(ApiKey.subject_id == actor.company_id)
    rows = (await session.scalars(cut(statement, ApiKey.created_at, ApiKey.id, page))).all()
    return paged([key_facts(row) for row in rows], page, lambda key: (key.created_at, key.id))


async def get_recipient(session: AsyncSession, user_id: UUID) -> Recipient | None:
    """The user's address; None for no user or a disabled one."""
    row = (
        await session.execute(
            select(User.email, User.language, User.door, User.email_verified_at).where(
                User.id == user_id, User.disabled_at.is_(None)
            )
        )
    ).one_or_none()
    return Recipient(row[0], row[1], row[2], row[3] is not None) if row else None
