"""Mailing an invitation: intent (token on the row), call, outcome; called from jobs only.

The token is derived from the mail's id and our secret, as that of every mailed link: nothing secret
is stored or queued, and a job that runs again after a crash sends the very same message.
"""

import base64
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import CompanyInvitation
from app.domain.members import InvitationState
from app.gateways.mail import Mail, Mailer
from app.identity import joining
from app.kit import crypto
from app.kit.clock import Clock
from app.kit.db import Database
from app.notices import letters
from app.notices.letters import Template
from app.settings import Settings


async def deliver_invitation(
    database: Database, mailer: Mailer, *, invitation_id: UUID, settings: Settings, clock: Clock
) -> None:
    """Mail the newest token of an open invitation, or to somebody whose address acts for another
    company the news that it cannot be used here. Once per sending; raises OSError when the mailer
    does."""
    async with database.begin() as session:
        mail = await _intend(session, invitation_id, settings, clock.now())
    if mail is None:
        return
    try:
        await mailer.send(mail)
    except OSError:
        await _finish(database, mail.id, "failed")
        raise
    await _finish(database, mail.id, "sent")


async def _intend(
    session: AsyncSession, invitation_id: UUID, settings: Settings, now: datetime
) -> Mail | None:
    row = await session.get(CompanyInvitation, invitation_id, with_for_update=True)
    if row is None or row.state != InvitationState.OPEN or row.mail_state == "sent":
        return None
    if row.expires_at <= now:
        return None
    if await joining.is_taken(session, door="client", email=row.email):
        row.token_hash = None
        letter = letters.write(Template.MEMBER_ELSEWHERE, row.language)
        return Mail(row.mail_id, row.email, letter.subject, letter.text)
    digest = crypto.keyed_digest(
        settings.secret.get_secret_value(), "mailed:member_invitation", row.mail_id.bytes
    )
    token = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    row.token_hash = crypto.fingerprint(token)
    # In the fragment, so that the token is in no access log and no Referer of the front end.
    link = f"{settings.public_url.rstrip('/')}/client/member-invitation#token={token}"
    letter = letters.write(Template.MEMBER_INVITATION, row.language, link=link, token=token)
    return Mail(row.mail_id, row.email, letter.subject, letter.text)


async def _finish(database: Database, mail_id: UUID, state: str) -> None:
    """Unless the invitation was sent anew meanwhile: then this mail is history."""
    async with database.begin() as session:
        await session.execute(
            update(CompanyInvitation)
            .where(CompanyInvitation.mail_id == mail_id, CompanyInvitation.mail_state != "sent")
            .values(mail_state=state)
        )
