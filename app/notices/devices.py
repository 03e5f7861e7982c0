"""Phones that get push messages. A token goes in, is sealed, and never comes out of a door."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.notices import Platform
from app.domain.refusals import NotFound
from app.identity.tables import User
from app.kit import crypto
from app.kit.ids import new_id
from app.kit.paging import Cut, Page, cut, paged
from app.notices.tables import Device
from app.settings import Settings

MOST_OF_A_USER = 20
_PURPOSE = "push token"


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A phone without its token."""

    id: UUID
    platform: Platform
    registered_at: datetime


async def register(
    session: AsyncSession,
    actor: TrainerActor,
    *,
    platform: Platform,
    token: str,
    settings: Settings,
    now: datetime,
) -> DeviceFacts:
    """Send push messages to this phone too; the same token again is the same phone.

    A token that another user had registered is hers no more: the phone has changed hands. Of more
    than twenty phones the oldest is forgotten.
    """
    # One at a time for a user, so that twenty stay twenty; the weaker lock, for rows refer to her.
    await session.execute(
        select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True)
    )
    digest = crypto.fingerprint(f"{platform}:{token}")
    row = await session.scalar(select(Device).where(Device.token_hash == digest).with_for_update())
    if row is not None and row.user_id == actor.user_id:
        return _facts(row)
    if row is not None:
        await _forget(session, Device.id == row.id, because="moved", now=now)
    key = settings.secret.get_secret_value()
    row = Device(
        id=new_id(),
        user_id=actor.user_id,
        platform=platform,
        token_hash=digest,
        token_sealed=crypto.seal(key, _PURPOSE, token.encode()),
        registered_at=now,
    )
    session.add(row)
    await session.flush()
    oldest = (
        select(Device.id)
        .where(Device.user_id == actor.user_id, Device.removed_at.is_(None))
        .order_by(Device.registered_at.desc(), Device.id.desc())
        .offset(MOST_OF_A_USER)
    )
    await _forget(session, Device.id.in_(oldest), because="too_many", now=now)
    return _facts(row)


async def list_devices(session: AsyncSession, actor: TrainerActor, page: Cut) -> Page[DeviceFacts]:
    """The trainer's phones, newest first."""
    statement = select(Device).where(Device.user_id == actor.user_id, Device.removed_at.is_(None))
    rows = (await session.scalars(cut(statement, Device.registered_at, Device.id, page))).all()
    return paged([_facts(row) for row in rows], page, lambda d: (d.registered_at, d.id))


async def remove(
    session: AsyncSession, actor: TrainerActor, device_id: UUID, *, now: datetime
) -> None:
    """Forget a phone of hers, token and all; again changes nothing. Raises NotFound."""
    own = await session.scalar(
        select(Device.id).where(Device.id == device_id, Device.user_id == actor.user_id)
    )
    if own is None:
        raise NotFound
    await _forget(session, Device.id == device_id, because="asked", now=now)


async def drop(session: AsyncSession, device_id: UUID, *, now: datetime) -> None:
    """Forget a phone whose token the push service calls unknown."""
    await _forget(session, Device.id == device_id, because="gone", now=now)


def token_of(sealed: bytes, settings: Settings) -> str:
    """The token itself, for the push service only."""
    return crypto.unseal(settings.secret.get_secret_value(), _PURPOSE, sealed).decode()


async def _forget(
    session: AsyncSession, which: ColumnElement[bool], *, because: str, now: datetime
) -> None:
    await session.execute(
        update(Device)
        .where(which, Device.removed_at.is_(None))
        .values(token_hash=None, token_sealed=None, removed_at=now, removed_because=because)
        .execution_options(synchronize_session=False)
    )


def _facts(row: Device) -> DeviceFacts:
    return DeviceFacts(row.id, Platform(row.platform), row.registered_at)
