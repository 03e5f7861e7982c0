"""Notices on their way: claimed in one transaction, sent with none open, noted in a third.

At least once: what nobody knows the end of is sent again under the same id. Several of one kind
for one mailbox or phone that wait together go out as one message. Called from jobs only.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import notices
from app.domain.lifecycles import step
from app.domain.notices import (
    DELIVERY_MOVES,
    OPEN,
    PUSH_LASTS,
    SENDING_FOR,
    Channel,
    DeliveryEvent,
    DeliveryState,
    Kind,
    Platform,
)
from app.gateways.mail import Mail, MailDelayed, Mailer, MailRefused
from app.gateways.push import Push, Pusher, PushOutcome
from app.identity.tables import User
from app.kit.clock import Clock
from app.kit.db import Database
from app.notices import devices, wording
from app.notices.tables import Device, Notice, NoticeDelivery
from app.notices.wording import Worded
from app.settings import Settings

_log = structlog.get_logger("lehrwerk.notices")
_AT_ONCE = 200
_SIDE_BY_SIDE = 8
_OPEN = sorted(state.value for state in OPEN)
_OF_PUSH = {
    PushOutcome.SENT: DeliveryEvent.DELIVER,
    PushOutcome.GONE: DeliveryEvent.REFUSE,
    PushOutcome.REFUSED: DeliveryEvent.REFUSE,
    PushOutcome.DELAYED: DeliveryEvent.DELAY,
    PushOutcome.UNKNOWN: DeliveryEvent.LOSE,
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery with all that its message is made of."""

    id: UUID
    notice_id: UUID
    channel: Channel
    attempts: int
    kind: Kind
    about_id: UUID
    facts: notices.Facts
    deadline_at: datetime | None
    told_at: datetime
    user_id: UUID
    email: str
    language: str
    door: str
    disabled: bool
    device_id: UUID | None
    platform: str | None
    token_sealed: bytes | None

    @property
    def message(self) -> tuple[str, str, str]:
        """What goes out as one message: one kind, for one mailbox or phone."""
        return str(self.user_id), str(self.device_id), self.kind.value


@dataclass(frozen=True, slots=True)
class Ended:
    """How one attempt ended; `gone`: the phone is to be forgotten."""

    event: DeliveryEvent
    code: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out."""

    mailer: Mailer
    pusher: Pusher
    settings: Settings


async def anything_due(session: AsyncSession, *, now: datetime) -> bool:
    """Whether a delivery waits for its turn."""
    return bool(await session.scalar(select(exists().where(*_due(now)))))


async def send_due(database: Database, ways: Ways, clock: Clock) -> int:
    """Send what is due, up to 200 deliveries; how many. Nothing is claimed by two at once."""
    now = clock.now()
    async with database.begin() as session:
        claimed = await _claim(session, now=now)
    batches = [list(some) for _, some in groupby(claimed, key=lambda each: each.message)]
    gate = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def send(batch: Sequence[Outgoing]) -> None:
        async with gate:
            ended = await _send(batch, ways, now)
            async with database.begin() as session:
                await _note(session, batch, ended, now=clock.now())

    await asyncio.gather(*(send(batch) for batch in batches))
    return len(claimed)


async def _claim(session: AsyncSession, *, now: datetime) -> list[Outgoing]:
    ids = list(
        await session.scalars(
            select(NoticeDelivery.id)
            .where(*_due(now))
            .order_by(NoticeDelivery.due_at, NoticeDelivery.id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    if not ids:
        return []
    await session.execute(
        update(NoticeDelivery)
        .where(NoticeDelivery.id.in_(ids))
        .values(
            state=DeliveryState.SENDING.value,
            attempts=NoticeDelivery.attempts + 1,
            due_at=now + SENDING_FOR,
        )
        .execution_options(synchronize_session=False)
    )
    rows = await session.execute(_OUTGOING.where(NoticeDelivery.id.in_(ids)))
    return sorted((_read(row) for row in rows), key=lambda each: (each.message, each.id))


async def _send(batch: Sequence[Outgoing], ways: Ways, now: datetime) -> Ended:
    """One message for all of a batch; an error outside is an end too."""
    first = batch[0]
    if first.disabled:
        return Ended(DeliveryEvent.REFUSE, "account_disabled")
    words = wording.words_of(first.kind, first.facts, first.deadline_at, first.language)
    words = wording.and_more(words, len(batch) - 1, first.language)
    if first.channel is Channel.EMAIL:
        return await _mail(first, words, ways)
    if first.token_sealed is None or first.platform is None:
        return Ended(DeliveryEvent.REFUSE, "device_removed")
    if first.told_at + PUSH_LASTS <= now:
        return Ended(DeliveryEvent.REFUSE, "too_late")
    push = Push(
        id=first.id,
        platform=Platform(first.platform),
        token=devices.token_of(first.token_sealed, ways.settings),
        title=words.title,
        body=words.text,
        data=_opens(first),
    )
    pushed = await ways.pusher.send(push)
    gone = pushed.outcome is PushOutcome.GONE
    return Ended(_OF_PUSH[pushed.outcome], pushed.code or pushed.outcome.value, gone=gone)


async def _mail(to: Outgoing, words: Worded, ways: Ways) -> Ended:
    about = notices.MANNERS[to.kind].about
    link = f"{ways.settings.public_url.rstrip('/')}/{to.door}/{about}s/{to.about_id}"
    mail = Mail(to.id, to.email, words.title, f"{words.text}\n\n{link}\n")
    try:
        await ways.mailer.send(mail)
    except MailRefused:
        return Ended(DeliveryEvent.REFUSE, "refused")
    except MailDelayed:
        return Ended(DeliveryEvent.DELAY, "delayed")
    except OSError:
        return Ended(DeliveryEvent.LOSE, "lost")
    return Ended(DeliveryEvent.DELIVER, "sent")


def _opens(notice: Outgoing) -> dict[str, str]:
    """What the app needs to open the right page."""
    return {
        "notice_id": str(notice.notice_id),
        "kind": notice.kind.value,
        "about": notices.MANNERS[notice.kind].about,
        "about_id": str(notice.about_id),
    }


async def _note(
    session: AsyncSession, batch: Sequence[Outgoing], ended: Ended, *, now: datetime
) -> None:
    for each in batch:
        event = ended.event
        again_at = notices.tried_again_at(each.attempts, now)
        if event in (DeliveryEvent.DELAY, DeliveryEvent.LOSE) and again_at is None:
            event = DeliveryEvent.REFUSE
        state = step("delivery", DELIVERY_MOVES, DeliveryState.SENDING, event)
        over = state not in OPEN
        await session.execute(
            update(NoticeDelivery)
            # Unless another took it over meanwhile, because this one was taken for dead.
            .where(
                NoticeDelivery.id == each.id,
                NoticeDelivery.state == DeliveryState.SENDING.value,
                NoticeDelivery.attempts == each.attempts,
            )
            .values(
                state=state.value,
                outcome_code=ended.code,
                due_at=now if over else again_at,
                finished_at=now if over else None,
            )
            .execution_options(synchronize_session=False)
        )
        if over and state is DeliveryState.FAILED:
            _log.info("notice_not_delivered", delivery_id=str(each.id), code=ended.code)
    if ended.gone and batch[0].device_id is not None:
        await devices.drop(session, batch[0].device_id, now=now)


def _due(now: datetime) -> tuple[Any, ...]:
    return NoticeDelivery.state.in_(_OPEN), NoticeDelivery.due_at <= now


_OUTGOING: Select[*tuple[Any, ...]] = (
    select(
        NoticeDelivery.id,
        NoticeDelivery.notice_id,
        NoticeDelivery.channel,
        NoticeDelivery.attempts,
        Notice.kind,
        Notice.about_id,
        Notice.facts,
        Notice.deadline_at,
        Notice.created_at.label("told_at"),
        Notice.user_id,
        User.email,
        User.language,
        User.door,
        User.disabled_at.is_not(None).label("disabled"),
        NoticeDelivery.device_id,
        Device.platform,
        Device.token_sealed,
    )
    .join(Notice, Notice.id == NoticeDelivery.notice_id)
    .join(User, User.id == Notice.user_id)
    .outerjoin(Device, Device.id == NoticeDelivery.device_id)
)


def _read(row: Any) -> Outgoing:
    values = dict(row._mapping)
    return Outgoing(
        **{**values, "channel": Channel(values["channel"]), "kind": Kind(values["kind"])}
    )
