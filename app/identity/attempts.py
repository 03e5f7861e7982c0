"""Counting attempts, so that guessing is slow and nobody is locked out for ever.

Every attempt is counted before the work it asks for and given back when it turns out right: what
stays counted are failures. Two buckets hold them, one per account and one per place. Where somebody
signed in lately, a bucket of that account at that place takes both their parts: strangers who
guess elsewhere, or share the address, cannot lock its owner out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import TooManyAttempts
from app.identity import accounts
from app.kit import crypto, limits
from app.kit.db import Database
from app.settings import Settings

WINDOW_S = 15 * 60
_STAFF_MOST = 10
_MAIL_MOST = 5
_INVITATIONS_MOST = 500


@dataclass(frozen=True, slots=True)
class Bucket:
    """At most `most` attempts per window. The key is a digest: it names nobody."""

    key: str
    most: int


def place_of(address: str, settings: Settings) -> bytes:
    """A keyed digest of a network address: the same place is recognised, none can be read.

    Of IPv6 the first 64 bits count: whoever has one address there has them all.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        parsed = None
    if isinstance(parsed, IPv6Address):
        address = (parsed.ipv4_mapped or ip_network((parsed, 64), strict=False)).compressed
    return crypto.keyed_digest(settings.secret.get_secret_value(), "address", address.encode())[:16]


def at_place(act: str, place: bytes, settings: Settings) -> Bucket:
    """The bucket of everybody who does `act` from this place."""
    return Bucket(f"{act}:place:{place.hex()}", settings.attempts_per_window)


def for_sign_in(
    settings: Settings, *, door: str, email: str, place: bytes, familiar: bool
) -> tuple[Bucket, ...]:
    """The buckets of one sign-in. Staff have fewer tries: six digits are guessed sooner."""
    account = _account(settings, door, email)
    most = settings.attempts_per_window
    if door not in ("client", "trainer"):
        most = min(most, _STAFF_MOST)
    if familiar:
        return (Bucket(f"sign_in:account:{account}:{place.hex()}", most),)
    return (
        at_place("sign_in", place, settings),
        Bucket(f"sign_in:account:{account}", most),
    )


def for_reset_mail(
    settings: Settings, *, door: str, email: str, place: bytes
) -> tuple[Bucket, ...]:
    """The buckets of one request for a reset: few per account, or it fills somebody's mailbox."""
    return (
        at_place("reset", place, settings),
        Bucket(
            f"reset:account:{_account(settings, door, email)}",
            min(settings.attempts_per_window, _MAIL_MOST),
        ),
    )


def for_mailed_token(settings: Settings, *, place: bytes) -> tuple[Bucket, ...]:
    """The bucket of one try with a token from a mail."""
    return (at_place("mailed_token", place, settings),)


def for_invitation(settings: Settings, *, subject_id: UUID, email: str) -> tuple[Bucket, ...]:
    """The buckets of one invitation: few to an address by whomever, not too many by one company."""
    return (
        Bucket(f"invitation:account:{_account(settings, 'client', email)}", _MAIL_MOST),
        Bucket(f"invitation:subject:{subject_id}", _INVITATIONS_MOST),
    )


async def take(database: Database, buckets: Iterable[Bucket], *, now: datetime) -> None:
    """Count one attempt, also if the caller fails later. Raises TooManyAttempts."""
    for bucket in buckets:
        wait_s = await limits.take(
            database, bucket.key, now=now, most=bucket.most, window_s=WINDOW_S
        )
        if wait_s is not None:
            raise TooManyAttempts(retry_after_s=wait_s)


async def count(session: AsyncSession, buckets: Iterable[Bucket], *, now: datetime) -> None:
    """Count what succeeds, in its own transaction. Raises TooManyAttempts."""
    for bucket in buckets:
        wait_s = await limits.count(
            session, bucket.key, now=now, most=bucket.most, window_s=WINDOW_S
        )
        if wait_s is not None:
            raise TooManyAttempts(retry_after_s=wait_s)


async def give_back(session: AsyncSession, buckets: Iterable[Bucket]) -> None:
    """The attempt was right: do not count it."""
    for bucket in sorted(buckets, key=lambda each: each.key):
        await limits.give_back(session, bucket.key, most=bucket.most, window_s=WINDOW_S)


def _account(settings: Settings, door: str, email: str) -> str:
    name = f"{door}:{accounts.email_key(email)}".encode()
    return crypto.keyed_digest(settings.secret.get_secret_value(), "account", name)[:16].hex()
