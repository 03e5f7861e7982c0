"""Whose account an address means, and what staff get."""

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errands import Errand
from app.identity import accounts, passwords, second_factor, staff
from app.identity.refusals import StaffExists
from app.identity.tables import User
from app.settings import Settings
from tests.factories import people
from tests.factories.jobs import queued

_PLACE = b"somewhere"


async def _found(session: AsyncSession, email: str, now: datetime) -> object:
    facts = await accounts.find_for_sign_in(
        session, door="client", email=email, address_digest=_PLACE, now=now
    )
    return facts.user_id if facts else None


async def test_the_verified_one_is_meant_else_the_oldest(
    session: AsyncSession, now: datetime
) -> None:
    assert await _found(session, "ada@example.org", now) is None
    second = await people.user(
        session, now=now, door="client", email="ada@example.org", email_verified_at=None
    )
    first = await people.user(
        session,
        now=now,
        door="client",
        email="ADA@example.org",
        email_verified_at=None,
        created_at=now - timedelta(days=1),
    )
    assert await _found(session, "Ada@Example.org", now) == first.id
    second.email_verified_at = now
    await session.flush()
    assert await _found(session, "ada@example.org", now) == second.id
    assert await accounts.find_for_reset(session, door="client", email="ada@example.org") == (
        second.id
    )
    trainer = await accounts.find_for_reset(session, door="trainer", email="ada@example.org")
    assert trainer is None


async def test_the_database_holds_one_verified_user_per_address_and_door(
    session: AsyncSession, now: datetime
) -> None:
    await people.user(session, now=now, door="client", email="ada@example.org")
    await people.user(session, now=now, door="trainer", email="ada@example.org")
    with pytest.raises(IntegrityError):
        await people.user(session, now=now, door="client", email="Ada@example.org")


async def test_opening_always_succeeds_and_leaves_the_errand(
    session: AsyncSession, now: datetime
) -> None:
    ids = [
        await accounts.open_user(
            session,
            door="trainer",
            email="erika@example.org",
            password_hash="hash",
            full_name="Erika Beispiel",
            language="de",
            now=now,
        )
        for _ in range(2)
    ]
    assert ids[0] != ids[1]
    left = await queued(session, Errand.SEND_VERIFICATION_MAIL)
    assert left == [{"user_id": str(id_)} for id_ in ids]


async def test_staff_get_a_password_and_a_second_factor_shown_once(
    session: AsyncSession, settings: Settings, now: datetime
) -> None:
    made = await staff.create_staff(
        session, email="kim@example.org", role="finance", password=None, settings=settings, now=now
    )
    assert len(made.password) >= 32
    row = (await session.scalars(select(User).where(User.door == "finance"))).one()
    assert row.email_verified_at == now
    assert await passwords.verify(made.password, row.password_hash)
    assert row.totp_secret_sealed is not None
    assert made.totp_secret.encode() not in row.totp_secret_sealed
    with pytest.raises(StaffExists):
        await staff.create_staff(
            session,
            email="Kim@example.org",
            role="finance",
            password="x",
            settings=settings,
            now=now,
        )
    with pytest.raises(ValueError, match="owner"):
        await staff.create_staff(
            session, email="o@example.org", role="owner", password=None, settings=settings, now=now
        )


async def test_staff_without_a_second_factor_cannot_exist(
    session: AsyncSession, now: datetime
) -> None:
    with pytest.raises(IntegrityError):
        await people.user(session, now=now, door="operations", totp_secret_sealed=None)


async def test_a_code_drifts_one_step_and_is_used_up(
    session: AsyncSession, settings: Settings, now: datetime
) -> None:
    user = await people.user(session, now=now, door="finance")
    secret = second_factor.new_secret()
    sealed = second_factor.seal(secret, user_id=user.id, settings=settings)
    totp = pyotp.TOTP(secret)

    async def use(code: str) -> bool:
        return await second_factor.use(
            session, user_id=user.id, sealed=sealed, code=code, moments=[now], settings=settings
        )

    for drift, accepted in ((-2, False), (2, False), (0, True), (-1, True), (1, True)):
        code = totp.at(now, counter_offset=drift)
        assert await use(code) is accepted
        assert not await use(code)
    assert not await use("")
    assert not await use("000000" if totp.at(now) != "000000" else "000001")


@pytest.mark.usefixtures("real_hashes")
async def test_a_password_is_verified_only_against_its_own_hash() -> None:
    stored = await passwords.hash_password("a-long-made-up-sentence")
    assert "m=19456,t=2,p=1" in stored
    assert stored != await passwords.hash_password("a-long-made-up-sentence")
    assert await passwords.verify("a-long-made-up-sentence", stored)
    assert not await passwords.verify("a-long-made-up-sentencE", stored)
    assert not await passwords.verify("a-long-made-up-sentence", None)
    assert not await passwords.verify("no password", "no password")
