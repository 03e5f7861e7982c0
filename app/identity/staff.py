"""Staff: opened from the command line only, with a second factor from the first sign-in on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app.identity import accounts, passwords, second_factor
from app.identity.refusals import StaffExists
from app.identity.tables import User
from app.kit import crypto
from app.kit.ids import new_id
from app.settings import Settings


class StaffRole(StrEnum):
    """Also the name of the door at which they sign in."""

    FINANCE = "finance"
    OPERATIONS = "operations"


@dataclass(frozen=True, slots=True)
class CreatedStaff:
    """Printed once; `totp_secret` (Base32) goes into an authenticator."""

    email: str
    role: str
    password: str
    totp_secret: str


async def create_staff(
    session: AsyncSession,
    *,
    email: str,
    role: str,
    password: str | None,
    settings: Settings,
    now: datetime,
) -> CreatedStaff:
    """Open a staff account; a password is made up when none is given.

    `role` is finance or operations (else ValueError). Raises StaffExists.
    """
    door = StaffRole(role).value
    await accounts.lock_address(session, door=door, email=email)
    if await accounts.verified_user_id(session, door=door, email=email) is not None:
        raise StaffExists
    user_id, chosen, secret = new_id(), password or crypto.new_secret(), second_factor.new_secret()
    session.add(
        User(
            id=user_id,
            door=door,
            email=email,
            email_key=accounts.email_key(email),
            full_name=email.partition("@")[0],
            language="en",
            password_hash=await passwords.hash_password(chosen),
            email_verified_at=now,
            totp_secret_sealed=second_factor.seal(secret, user_id=user_id, settings=settings),
            created_at=now,
        )
    )
    await session.flush()
    return CreatedStaff(email, door, chosen, secret)
