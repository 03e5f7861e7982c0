"""How finance gets into pages with a browser, which cannot send a bearer token.

An authenticated call mints a link with a ticket that lasts two minutes. The link shows a button
and changes nothing, so that a preview or a prefetch uses nothing up; the button's POST swaps the
ticket, once, for a cookie. The cookie opens pages to read and nothing else, and ends after half an
hour, or with the sign-in that asked for the link. Both are random; only their hashes are kept.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor
from app.domain.refusals import NotSignedIn
from app.identity.tables import AccessToken, PagePass, SignInSession, User
from app.kit import crypto
from app.kit.ids import new_id

TICKET_LASTS = timedelta(minutes=2)
COOKIE_LASTS = timedelta(minutes=30)


async def mint(session: AsyncSession, access_token: str, *, now: datetime) -> str:
    """A ticket for the sign-in behind the token. Raises NotSignedIn."""
    session_id = await session.scalar(
        select(AccessToken.session_id).where(
            AccessToken.token_hash == crypto.fingerprint(access_token),
            AccessToken.expires_at > now,
        )
    )
    if session_id is None:
        raise NotSignedIn
    ticket = crypto.new_secret()
    session.add(
        PagePass(
            id=new_id(),
            session_id=session_id,
            ticket_hash=crypto.fingerprint(ticket),
            ticket_expires_at=now + TICKET_LASTS,
            created_at=now,
        )
    )
    await session.flush()
    return ticket


async def swap(session: AsyncSession, ticket: str, *, now: datetime) -> str:
    """The cookie's secret for a ticket that was not used before. Raises NotSignedIn."""
    cookie = crypto.new_secret()
    opened = await session.scalar(
        update(PagePass)
        .where(
            PagePass.ticket_hash == crypto.fingerprint(ticket),
            PagePass.ticket_expires_at > now,
            PagePass.cookie_hash.is_(None),
        )
        .values(
            cookie_hash=crypto.fingerprint(cookie), opened_at=now, expires_at=now + COOKIE_LASTS
        )
        .returning(PagePass.id)
    )
    if opened is None:
        raise NotSignedIn
    await finance_reader(session, cookie, now=now)
    return cookie


async def finance_reader(session: AsyncSession, cookie: str, *, now: datetime) -> FinanceActor:
    """Who reads a page. Raises NotSignedIn."""
    user_id = await session.scalar(
        select(User.id)
        .join(SignInSession, SignInSession.user_id == User.id)
        .join(PagePass, PagePass.session_id == SignInSession.id)
        .where(
            PagePass.cookie_hash == crypto.fingerprint(cookie),
            PagePass.expires_at > now,
            SignInSession.revoked_at.is_(None),
            User.disabled_at.is_(None),
            User.door == "finance",
        )
    )
    if user_id is None:
        raise NotSignedIn
    return FinanceActor(user_id)


async def end(session: AsyncSession, cookie: str, *, now: datetime) -> None:
    """The cookie opens nothing any more. A repeat changes nothing."""
    await session.execute(
        update(PagePass)
        .where(PagePass.cookie_hash == crypto.fingerprint(cookie), PagePass.expires_at > now)
        .values(expires_at=now)
    )
