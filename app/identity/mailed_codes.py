"""A second factor for who has no authenticator: six digits in a mail, good once and for minutes.

At rest stands a digest under our secret, of this user alone: six digits by themselves are guessed.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errands import Errand
from app.domain.refusals import TooManyAttempts
from app.identity import mailed_tokens
from app.identity.mailed_tokens import Purpose
from app.identity.refusals import SecondFactorMissing
from app.identity.tables import AccessToken, OneTimeToken, SignInSession, User
from app.kit import crypto, limits, queue
from app.settings import Settings

LIFETIME = timedelta(minutes=10)
TRIES, TRIES_WINDOW_S = 10, 600
_MAILS, _MAILS_WINDOW_S = 5, 900
DOORS = frozenset({"trainer"})


async def request(session: AsyncSession, access_token: str, *, now: datetime) -> None:
    """Leave the errand of mailing a code to whoever is signed in with this token.

    Raises SecondFactorMissing at doors of people with authenticators, TooManyAttempts.
    """
    user_id, door = (
        await session.execute(
            select(User.id, User.door)
            .join(SignInSession, SignInSession.user_id == User.id)
            .join(AccessToken, AccessToken.session_id == SignInSession.id)
            .where(AccessToken.token_hash == crypto.fingerprint(access_token))
        )
    ).one()
    if door not in DOORS:
        raise SecondFactorMissing
    wait_s = await limits.count(
        session, f"step_up_mail:{user_id}", now=now, most=_MAILS, window_s=_MAILS_WINDOW_S
    )
    if wait_s is not None:
        raise TooManyAttempts(retry_after_s=wait_s)
    await queue.enqueue(session, Errand.SEND_STEP_UP_MAIL, {"user_id": str(user_id)})


def digits(digest: bytes) -> str:
    """Six digits out of a digest that nobody can guess."""
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


async def issue(
    session: AsyncSession, user_id: UUID, code: str, *, settings: Settings, now: datetime
) -> None:
    """Make a code good, and earlier ones void. The same one again within its life changes nothing:
    a mail that is sent twice does not bring a used code back."""
    key = _hash(user_id, code, settings)
    known = await session.scalar(
        select(OneTimeToken.expires_at).where(OneTimeToken.token_hash == key)
    )
    if known is not None and known > now:
        return
    await mailed_tokens.use_up(session, user_id=user_id, purpose=Purpose.STEP_UP, now=now)
    values = {"expires_at": now + LIFETIME, "used_at": None}
    await session.execute(
        insert(OneTimeToken)
        .values(token_hash=key, user_id=user_id, purpose=Purpose.STEP_UP, **values)
        .on_conflict_do_update(index_elements=[OneTimeToken.token_hash], set_=values)
    )


async def use(
    session: AsyncSession, user_id: UUID, code: str, *, settings: Settings, now: datetime
) -> bool:
    """Whether the code is right, and use it up: of two who show it at once one is right."""
    used = await session.scalar(
        update(OneTimeToken)
        .where(
            OneTimeToken.token_hash == _hash(user_id, code, settings),
            OneTimeToken.user_id == user_id,
            OneTimeToken.purpose == Purpose.STEP_UP,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeToken.user_id)
    )
    return used is not None


def _hash(user_id: UUID, code: str, settings: Settings) -> bytes:
    return crypto.keyed_digest(
        settings.secret.get_secret_value(), f"step_up:{user_id}", code.encode()
    )
