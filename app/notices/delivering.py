"""Delivering a letter: intent (row and token), call, outcome; called from jobs only.

The token of a link is derived from the delivery's id and our secret. So nothing secret is stored or
queued, and a job that runs again after a crash sends the very same message under the same id.
"""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.gateways.mail import Mail, Mailer
from app.identity import accounts, mailed_codes, mailed_tokens, queries
from app.identity.mailed_tokens import Purpose
from app.identity.queries import Recipient
from app.kit import crypto
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.notices import letters
from app.notices.letters import Template
from app.notices.tables import MailDelivery
from app.settings import Settings

_LIFETIME = {
    Purpose.VERIFY_EMAIL: timedelta(hours=48),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
}
_RESUMED_FOR = timedelta(minutes=10)


async def deliver_verification(
    database: Database, mailer: Mailer, *, user_id: UUID, settings: Settings, clock: Clock
) -> None:
    """Mail the link that proves an address, or the news that it is already another account's.

    Nothing happens for an unknown, disabled or verified user. Raises OSError when the mailer does.
    """
    async with database.begin() as session:
        to = await queries.get_recipient(session, user_id)
        if to is None or to.verified:
            return
        taken = await accounts.verified_user_id(session, door=to.door, email=to.email)
        mail = await (
            _intend_plain(session, user_id, to, clock.now())
            if taken
            else _intend_link(
                session, user_id, to, purpose=Purpose.VERIFY_EMAIL, settings=settings,
                now=clock.now(),
            )
        )  # fmt: skip
    await _send(database, mailer, mail, clock)


async def deliver_reset(
    database: Database, mailer: Mailer, *, user_id: UUID, settings: Settings, clock: Clock
) -> None:
    """Mail the link that sets a new password. Nothing happens for an unknown or disabled user."""
    async with database.begin() as session:
        to = await queries.get_recipient(session, user_id)
        if to is None:
            return
        mail = await _intend_link(
            session,
            user_id,
            to,
            purpose=Purpose.RESET_PASSWORD,
            settings=settings,
            now=clock.now(),
        )
    await _send(database, mailer, mail, clock)


async def deliver_code(
    database: Database, mailer: Mailer, *, user_id: UUID, settings: Settings, clock: Clock
) -> None:
    """Mail a code to be typed. Nothing happens for an unknown or disabled user."""
    async with database.begin() as session:
        to = await queries.get_recipient(session, user_id)
        if to is None:
            return
        delivery = await _intent(session, user_id, Template.STEP_UP, clock.now())
        secret = settings.secret.get_secret_value()
        code = mailed_codes.digits(crypto.keyed_digest(secret, "mailed:step_up", delivery.id.bytes))
        await mailed_codes.issue(session, user_id, code, settings=settings, now=clock.now())
        letter = letters.write(Template.STEP_UP, to.language, token=code)
        mail = Mail(delivery.id, to.email, letter.subject, letter.text)
    await _send(database, mailer, mail, clock)


async def _intend_plain(session: AsyncSession, user_id: UUID, to: Recipient, now: datetime) -> Mail:
    delivery = await _intent(session, user_id, Template.ADDRESS_TAKEN, now)
    letter = letters.write(Template.ADDRESS_TAKEN, to.language)
    return Mail(delivery.id, to.email, letter.subject, letter.text)


async def _intend_link(
    session: AsyncSession,
    user_id: UUID,
    to: Recipient,
    *,
    purpose: Purpose,
    settings: Settings,
    now: datetime,
) -> Mail:
    template = Template(purpose.value)
    delivery = await _intent(session, user_id, template, now)
    digest = crypto.keyed_digest(
        settings.secret.get_secret_value(), f"mailed:{purpose}", delivery.id.bytes
    )
    token = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    await mailed_tokens.issue(
        session,
        user_id=user_id,
        purpose=purpose,
        token=token,
        expires_at=delivery.intended_at + _LIFETIME[purpose],
    )
    # In the fragment, so that the token is in no access log and no Referer of the front end.
    page = purpose.value.replace("_", "-")
    link = f"{settings.public_url.rstrip('/')}/{to.door}/{page}#token={token}"
    letter = letters.write(template, to.language, link=link, token=token)
    return Mail(delivery.id, to.email, letter.subject, letter.text)


async def _intent(
    session: AsyncSession, user_id: UUID, template: Template, now: datetime
) -> MailDelivery:
    """A new delivery, or the unfinished one of a job that failed or was killed just before."""
    unfinished = await session.scalar(
        select(MailDelivery)
        .where(
            MailDelivery.user_id == user_id,
            MailDelivery.template == template,
            MailDelivery.state != "sent",
            MailDelivery.intended_at > now - _RESUMED_FOR,
        )
        .order_by(MailDelivery.intended_at.desc())
        .limit(1)
    )
    if unfinished is not None:
        return unfinished
    delivery = MailDelivery(
        id=new_id(), user_id=user_id, template=template, state="intended", intended_at=now
    )
    session.add(delivery)
    await session.flush()
    return delivery


async def _send(database: Database, mailer: Mailer, mail: Mail, clock: Clock) -> None:
    try:
        await mailer.send(mail)
    except OSError:
        await _finish(database, mail.id, "failed", clock.now())
        raise
    await _finish(database, mail.id, "sent", clock.now())


async def _finish(database: Database, delivery_id: UUID, state: str, now: datetime) -> None:
    async with database.begin() as session:
        await session.execute(
            update(MailDelivery)
            .where(MailDelivery.id == delivery_id, MailDelivery.state != "sent")
            .values(state=state, finished_at=now)
        )
