"""What trainers' verbs and reads keep true in the database."""

import asyncio
from datetime import date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.money import Money
from app.domain.refusals import NotFound, Refusal
from app.gateways.files import LocalFiles
from app.kit.db import Database
from app.settings import Settings
from app.trainers import capacity, credentials, pay_terms, profiles, queries, uploading
from app.trainers.credentials import Claim
from app.trainers.tables import Capacity, Credential
from app.trainers.uploading import Paper
from tests.factories import papers, people

CLAIM = Claim("us_npi", "CMS", "US", "1234567893", "Emergency medicine", None, None)


async def test_the_asking_rate_comes_and_goes(session: AsyncSession, now: datetime) -> None:
    erika = await people.trainer(session, now=now, asking_pay_minor=9_000)
    assert await pay_terms.asking_pay(session, erika.id) == Money(9_000, "USD")
    await pay_terms.set_asking_pay(session, erika.id, Money(10_000, "EUR"))
    assert await pay_terms.asking_pay(session, erika.id) == Money(10_000, "EUR")
    await pay_terms.set_asking_pay(session, erika.id, None)
    assert await pay_terms.asking_pay(session, erika.id) is None
    await pay_terms.set_asking_pay(session, erika.id, None)


async def test_promised_minutes_add_up_and_never_fall_below_zero(
    session: AsyncSession, now: datetime
) -> None:
    erika = await people.trainer(session, now=now)
    with pytest.raises(ValueError, match="taken back"):
        await capacity.commit_minutes(session, erika.id, -1)
    await capacity.commit_minutes(session, erika.id, 600)
    await capacity.commit_minutes(session, erika.id, 300)
    await capacity.commit_minutes(session, erika.id, -200)
    assert (
        await session.execute(select(Capacity.trainer_id, Capacity.committed_minutes))
    ).all() == [(erika.id, 700)]
    with pytest.raises(ValueError, match="taken back"):
        await capacity.commit_minutes(session, erika.id, -701)


async def test_a_verb_for_a_trainer_who_is_gone(session: AsyncSession, now: datetime) -> None:
    nobody = TrainerActor(uuid4(), uuid4())
    with pytest.raises(NotFound):
        await profiles.set_skills(session, nobody, ["Triage"], now=now)
    with pytest.raises(NotFound):
        await queries.get_profile(session, nobody.trainer_id)


async def test_the_database_refuses_what_no_verb_would_write(
    session: AsyncSession, now: datetime
) -> None:
    erika = await people.trainer(session, now=now)
    await people.credential(session, erika.id, now=now, state="claimed")
    broken = [
        "INSERT INTO asking_pay VALUES (:t, 0, 'USD')",
        "UPDATE trainers SET weekly_minutes = 10081 WHERE id = :t",
        "UPDATE credentials SET state = 'excellent' WHERE trainer_id = :t",
        "UPDATE credentials SET form_check = 'failed' WHERE trainer_id = :t",
        "UPDATE credentials SET issued_on = '2026-01-02', expires_on = '2026-01-02'"
        " WHERE trainer_id = :t",
        "UPDATE trainer_languages SET level = 8 WHERE trainer_id = :t",
    ]
    for statement in broken:
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(text(statement), {"t": erika.id})
    with pytest.raises(IntegrityError):
        async with session.begin_nested():
            await people.credential(session, erika.id, now=now, state="checking")
    await people.credential(
        session, erika.id, now=now, state="checking", expires_on=date(2099, 1, 1)
    )
    await people.credential(session, erika.id, now=now, state="mismatch")


async def _erika(database: Database, now: datetime) -> TrainerActor:
    async with database.begin() as session:
        erika = await people.trainer(session, now=now)
    return TrainerActor(erika.id, erika.user_id)


def _codes(results: list[object]) -> list[str]:
    return sorted(r.code for r in results if isinstance(r, Refusal))


async def test_ten_claims_at_once_leave_one(database: Database, now: datetime) -> None:
    actor = await _erika(database, now)

    async def claim() -> None:
        async with database.begin() as session:
            await credentials.claim(session, actor, CLAIM, now=now)

    results = await asyncio.gather(*(claim() for _ in range(10)), return_exceptions=True)
    assert _codes(list(results)) == ["credential_already_claimed"] * 9
    async with database.begin() as session:
        assert len((await session.scalars(select(Credential))).all()) == 1


async def test_uploads_at_once_keep_the_quota_and_each_content_once(
    database: Database, now: datetime, settings: Settings
) -> None:
    actor = await _erika(database, now)
    files = LocalFiles(settings.data_dir / "files")
    async with database.begin() as session:
        made = await credentials.claim(session, actor, CLAIM, now=now)

    async def upload(width: int) -> None:
        paper = Paper("scan.png", "image/png", papers.png(width, 1))
        await uploading.upload(database, files, actor, made.id, paper, now=now)

    widths = [1, 1, 1, *range(1, 16)]
    results = await asyncio.gather(*(upload(w) for w in widths), return_exceptions=True)
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, Refusal)]
    assert set(_codes(list(results))) == {"evidence_quota_reached"}
    async with database.begin() as session:
        count, different = (
            await session.execute(
                text("SELECT count(*), count(DISTINCT sha256) FROM evidence_documents")
            )
        ).one()
        assert count == different == 10
        assert await session.scalar(select(Credential.state)) == "checking"
