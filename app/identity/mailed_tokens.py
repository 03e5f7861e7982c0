"""Tokens that travel in a mailed link and prove that somebody reads that mailbox."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.tables import OneTimeToken, User
from app.kit import crypto


class Purpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 – a purpose, not a password
    STEP_UP = "step_up"


async def issue(
    session: AsyncSession, *, user_id: UUID, purpose: Purpose, token: str, expires_at: datetime
) -> None:
    """Make `token` good for its purpose until `expires_at`. Repeating it changes nothing."""
    await session.execute(
        insert(OneTimeToken)
        .values(
            token_hash=crypto.fingerprint(token),
            user_id=user_id,
            purpose=purpose,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing()
    )


async def holder(
    session: AsyncSession, *, token: str, purpose: Purpose, door: str, now: datetime
) -> tuple[User, OneTimeToken] | None:
    """The user whom this token names at this door and the token, used or not; locked."""
    row = (
        await session.execute(
            select(User, OneTimeToken)
            .join(OneTimeToken, OneTimeToken.user_id == User.id)
            .where(
                OneTimeToken.token_hash == crypto.fingerprint(token),
                OneTimeToken.purpose == purpose,
                OneTimeToken.expires_at > now,
                User.door == door,
                User.disabled_at.is_(None),
            )
            .with_for_update()
        )
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


async def use_up(session: AsyncSession, *, user_id: UUID, purpose: Purpose, now: datetime) -> None:
    """Void every unused token of this user and purpose: also the ones of earlier mails."""
    await session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.user_id == user_id,
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
        )
        .values(used_at=now)
    )
