"""An inbox for webhooks: verified, stored once per provider id, handled later by a job."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row
from app.kit.ids import new_id


class InboxEvent(Row):
    """One event as the provider sent it. `handled_at` empty means: still to be done."""

    __tablename__ = "inbox_events"
    __table_args__ = (UniqueConstraint("source", "provider_event_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    provider_event_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


async def store(
    session: AsyncSession,
    *,
    source: str,
    provider_event_id: str,
    kind: str,
    body: dict[str, Any],
    now: datetime,
) -> UUID | None:
    """Keep the event; its id, or None when it is already here (a repeat)."""
    return await session.scalar(
        insert(InboxEvent)
        .values(
            id=new_id(),
            source=source,
            provider_event_id=provider_event_id,
            kind=kind,
            body=body,
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(InboxEvent.id)
    )


async def not_here(session: AsyncSession, provider_event_ids: Sequence[str]) -> set[str]:
    """Those of the events that no source has brought yet."""
    here = await session.scalars(
        select(InboxEvent.provider_event_id).where(
            InboxEvent.provider_event_id.in_(provider_event_ids)
        )
    )
    return set(provider_event_ids) - set(here)


async def load(session: AsyncSession, event_id: UUID) -> InboxEvent | None:
    """The event, locked for handling."""
    return await session.scalar(
        select(InboxEvent).where(InboxEvent.id == event_id).with_for_update()
    )
