"""Opening a user, and finding the one who is meant by an address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errands import Errand
from app.identity.tables import SignInSession, User
from app.kit import queue
from app.kit.ids import new_id

FAMILIAR_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What a sign-in needs to know. `familiar`: signed in from this place in the last 30 days."""

    user_id: UUID
    password_hash: str
    disabled: bool
    totp_secret_sealed: bytes | None
    familiar: bool


def email_key(email: str) -> str:
    """The form in which addresses are compared.

    Only ever a key: mail goes to the address as it was registered, so that two addresses with one
    key cannot divert a reset.
    """
    return email.strip().lower()


async def open_user(
    session: AsyncSession,
    *,
    door: str,
    email: str,
    password_hash: str,
    full_name: str,
    language: str,
    now: datetime,
    proven: bool = False,
) -> UUID:
    """A new user with an unverified address; always succeeds, and asks for the verification mail.

    `door` is client or trainer, `language` en or de. `proven`: a mailed token has just shown that
    the address is the user's; the caller has locked it and found it free. Returns the user's id.
    """
    user_id = new_id()
    session.add(
        User(
            id=user_id,
            door=door,
            email=email,
            email_key=email_key(email),
            full_name=full_name,
            language=language,
            password_hash=password_hash,
            email_verified_at=now if proven else None,
            created_at=now,
        )
    )
    if proven:
        await session.flush()
        return user_id
    await queue.enqueue(session, Errand.SEND_VERIFICATION_MAIL, {"user_id": str(user_id)})
    return user_id


async def find_for_sign_in(
    session: AsyncSession, *, door: str, email: str, address_digest: bytes, now: datetime
) -> SignInFacts | None:
    """The verified user of an address, else the oldest unverified one, else None."""
    familiar = exists().where(
        SignInSession.user_id == User.id,
        SignInSession.address_digest == address_digest,
        SignInSession.created_at > now - FAMILIAR_FOR,
    )
    row = (
        await session.execute(
            select(User.id, User.password_hash, User.disabled_at, User.totp_secret_sealed, familiar)
            .where(User.door == door, User.email_key == email_key(email))
            .order_by(User.email_verified_at.is_(None), User.created_at, User.id)
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return None
    return SignInFacts(row[0], row[1], row[2] is not None, row[3], row[4])


async def find_for_reset(session: AsyncSession, *, door: str, email: str) -> UUID | None:
    """The same user as for a sign-in."""
    return await session.scalar(
        select(User.id)
        .where(User.door == door, User.email_key == email_key(email))
        .order_by(User.email_verified_at.is_(None), User.created_at, User.id)
        .limit(1)
    )


async def verified_user_id(session: AsyncSession, *, door: str, email: str) -> UUID | None:
    """The user who proved to own the address, if there is one."""
    return await session.scalar(
        select(User.id).where(
            User.door == door,
            User.email_key == email_key(email),
            User.email_verified_at.is_not(None),
        )
    )


async def lock_address(session: AsyncSession, *, door: str, email: str) -> None:
    """Let only one transaction at a time decide whose an address is."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"{door}:{email_key(email)}", 0)))
    )
