"""How somebody can be reached."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import NotFound
from app.identity.tables import User


@dataclass(frozen=True, slots=True)
class Contact:
    """`language` is en or de. An unverified address may be somebody else's."""

    email: str
    email_verified: bool
    language: str


async def contact_of(session: AsyncSession, user_id: UUID) -> Contact:
    """Raises NotFound."""
    row = (
        await session.execute(
            select(User.email, User.email_verified_at, User.language).where(User.id == user_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Contact(row[0], row[1] is not None, row[2])
