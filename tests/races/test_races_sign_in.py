"""A sign-in that checked the old password must not outlive the reset that changed it."""

import asyncio

import pytest
from sqlalchemy import select

from app.identity import passwords, signing_in
from app.identity.refusals import SignInRefused
from app.identity.tables import SignInSession, User
from app.kit.clock import Clock
from app.kit.db import Database
from app.settings import Settings
from tests.factories import people
from tests.races.waiting import waiting_for_locks


async def test_a_password_changed_while_it_was_checked_opens_nothing(
    database: Database, settings: Settings, clock: Clock
) -> None:
    old, new = "a-long-made-up-sentence", "quite-another-sentence"
    hashed = {word: await passwords.hash_password(word) for word in (old, new)}
    async with database.begin() as session:
        user = await people.user(session, now=clock.now(), door="client", password_hash=hashed[old])

    async with database.begin() as session:
        row = await session.get(User, user.id, with_for_update=True)
        assert row is not None
        signing = asyncio.create_task(
            signing_in.sign_in(
                database,
                door="client",
                email=user.email,
                password=old,
                otp=None,
                address="192.0.2.1",
                settings=settings,
                clock=clock,
            )
        )
        await waiting_for_locks(database, 1)
        row.password_hash = hashed[new]
    with pytest.raises(SignInRefused):
        await signing
    async with database.begin() as session:
        assert (await session.scalars(select(SignInSession))).all() == []
