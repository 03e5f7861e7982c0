"""Families of tokens: rotation, reuse, grace, sign-out, expiry."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.domain.refusals import NotSignedIn
from app.identity import authentication, sessions
from app.identity.sessions import Tokens
from app.identity.tables import AccessToken, RefreshToken, SignInSession
from app.kit.db import Database
from app.settings import Settings
from tests.factories import people


async def _signed_in(database: Database, settings: Settings, now: datetime) -> Tokens:
    async with database.begin() as session:
        staff = await people.user(session, now=now, door="finance")
        return await sessions.start(session, user_id=staff.id, settings=settings, now=now)


async def _works(database: Database, access_token: str, now: datetime) -> bool:
    async with database.begin() as session:
        try:
            await authentication.finance_actor(session, access_token, now=now)
        except NotSignedIn:
            return False
        return True


async def test_a_refresh_gives_a_new_pair(
    database: Database, settings: Settings, now: datetime
) -> None:
    first = await _signed_in(database, settings, now)
    second = await sessions.refresh(
        database, first.refresh_token, door="finance", settings=settings, now=now
    )
    assert second.access_token != first.access_token
    assert second.refresh_token != first.refresh_token
    assert second.expires_in == settings.access_token_minutes * 60
    assert await _works(database, second.access_token, now)


async def test_reuse_after_the_grace_ends_the_family(
    database: Database, settings: Settings, now: datetime
) -> None:
    first = await _signed_in(database, settings, now)
    second = await sessions.refresh(
        database, first.refresh_token, door="finance", settings=settings, now=now
    )
    later = now + sessions.GRACE + timedelta(seconds=1)
    assert await _works(database, second.access_token, later)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(
            database, first.refresh_token, door="finance", settings=settings, now=later
        )
    assert not await _works(database, second.access_token, later)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(
            database, second.refresh_token, door="finance", settings=settings, now=later
        )
    async with database.begin() as session:
        assert await session.scalar(select(SignInSession.revoked_because)) == "refresh_reused"


async def test_two_parallel_refreshes_both_work(
    database: Database, settings: Settings, now: datetime
) -> None:
    first = await _signed_in(database, settings, now)
    pairs = await asyncio.gather(
        *(
            sessions.refresh(
                database, first.refresh_token, door="finance", settings=settings, now=now
            )
            for _ in range(8)
        )
    )
    end_of_grace = now + sessions.GRACE
    pairs.append(
        await sessions.refresh(
            database, first.refresh_token, door="finance", settings=settings, now=end_of_grace
        )
    )
    for pair in pairs:
        assert await _works(database, pair.access_token, now)
        await sessions.refresh(
            database, pair.refresh_token, door="finance", settings=settings, now=now
        )
    assert len({pair.refresh_token for pair in pairs}) == 9


async def test_tokens_expire(database: Database, settings: Settings, now: datetime) -> None:
    first = await _signed_in(database, settings, now)
    lifetime = timedelta(seconds=first.expires_in)
    assert await _works(database, first.access_token, now + lifetime - timedelta(seconds=1))
    assert not await _works(database, first.access_token, now + lifetime)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(
            database,
            first.refresh_token,
            door="finance",
            settings=settings,
            now=now + timedelta(days=settings.refresh_token_days),
        )


async def test_a_refresh_sweeps_what_has_expired(
    database: Database, settings: Settings, now: datetime
) -> None:
    pair = await _signed_in(database, settings, now)
    for hours in range(1, 6):
        pair = await sessions.refresh(
            database,
            pair.refresh_token,
            door="finance",
            settings=settings,
            now=now + timedelta(hours=hours),
        )
    async with database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(AccessToken)) == 1
        assert await session.scalar(select(func.count()).select_from(RefreshToken)) == 6


async def test_sign_out_ends_this_session_and_no_other(
    database: Database, settings: Settings, now: datetime
) -> None:
    async with database.begin() as session:
        staff = await people.user(session, now=now, door="finance")
        phone = await sessions.start(session, user_id=staff.id, settings=settings, now=now)
        desk = await sessions.start(session, user_id=staff.id, settings=settings, now=now)
        await sessions.sign_out(session, access_token=phone.access_token, now=now)
    assert not await _works(database, phone.access_token, now)
    assert await _works(database, desk.access_token, now)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(
            database, phone.refresh_token, door="finance", settings=settings, now=now
        )


async def test_a_token_is_good_at_its_own_door_only(
    database: Database, settings: Settings, now: datetime
) -> None:
    pair = await _signed_in(database, settings, now)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(
            database, pair.refresh_token, door="operations", settings=settings, now=now
        )
    async with database.begin() as session:
        for actor in (
            authentication.operations_actor,
            authentication.client_actor,
            authentication.trainer_actor,
        ):
            with pytest.raises(NotSignedIn):
                await actor(session, pair.access_token, now=now)
        with pytest.raises(NotSignedIn):
            await authentication.finance_actor(session, pair.refresh_token, now=now)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(
            database, pair.access_token, door="finance", settings=settings, now=now
        )
