"""The second factor: six digits of an authenticator, each used once (RFC 6238)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.tables import UsedCode
from app.kit import crypto
from app.settings import Settings

STEP_S = 30
_DRIFT_STEPS = 1


def new_secret() -> str:
    """A secret to be typed or scanned into an authenticator: 160 bits in Base32."""
    return pyotp.random_base32()


def seal(secret: str, *, user_id: UUID, settings: Settings) -> bytes:
    """The form in which the database keeps it; opened for this user only."""
    return crypto.seal(settings.secret.get_secret_value(), _purpose(user_id), secret.encode())


async def use(
    session: AsyncSession,
    *,
    user_id: UUID,
    sealed: bytes,
    code: str,
    moments: Iterable[datetime],
    settings: Settings,
) -> bool:
    """Whether `code` is right, and use it up.

    `moments` are what an authenticator may take for now: the clock's time and, while development
    has moved the clock, the real one. One step of drift is accepted on both sides.
    """
    secret = crypto.unseal(settings.secret.get_secret_value(), _purpose(user_id), sealed).decode()
    step = _step_of(secret, code, moments)
    if step is None:
        return False
    fresh = await session.scalar(
        insert(UsedCode)
        .values(user_id=user_id, step=step)
        .on_conflict_do_nothing()
        .returning(UsedCode.step)
    )
    return fresh is not None


def _step_of(secret: str, code: str, moments: Iterable[datetime]) -> int | None:
    totp = pyotp.TOTP(secret, interval=STEP_S)
    for moment in moments:
        middle = int(moment.timestamp()) // STEP_S
        for step in range(middle - _DRIFT_STEPS, middle + _DRIFT_STEPS + 1):
            if crypto.same(totp.generate_otp(step).encode(), code.encode()):
                return step
    return None


def _purpose(user_id: UUID) -> str:
    return f"totp:{user_id}"
