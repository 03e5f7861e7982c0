"""Who acts for whom: written down by later rooms, so that a token becomes an Actor in one look."""

from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.tables import Grant


async def grant(session: AsyncSession, *, user_id: UUID, subject_id: UUID, role: str) -> None:
    """The user acts for `subject_id` (a company or a trainer) in `role` from the next request on.

    A second grant for the same pair replaces the role.
    """
    await session.execute(
        insert(Grant)
        .values(user_id=user_id, subject_id=subject_id, role=role)
        .on_conflict_do_update(
            index_elements=[Grant.user_id, Grant.subject_id], set_={"role": role}
        )
    )


async def revoke(session: AsyncSession, *, user_id: UUID, subject_id: UUID) -> None:
    """The user acts for `subject_id` no more, from the next request on."""
    await session.execute(
        delete(Grant).where(Grant.user_id == user_id, Grant.subject_id == subject_id)
    )


async def has_any(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the user acts for anybody."""
    return bool(await session.scalar(select(exists().where(Grant.user_id == user_id))))
