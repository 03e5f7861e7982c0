"""Terms and fees are dated; each instant has its own."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms, fee_terms
from app.companies.credit_terms import GrantedTerms
from app.domain.actor import FinanceActor
from app.domain.money import Money
from app.domain.refusals import NotFound
from app.kit.db import Database
from tests.factories import people


async def _officer(session: AsyncSession, now: datetime) -> FinanceActor:
    return FinanceActor((await people.user(session, now=now, door="finance")).id)


async def test_each_instant_has_its_own_fee(session: AsyncSession, now: datetime) -> None:
    company = await people.company(session, now=now)
    other = await people.company(session, now=now)
    officer = await _officer(session, now)
    for days, bps in ((0, 1500), (10, 1000), (5, 1200)):
        await fee_terms.set_fee_terms(
            session, officer, company.id, fee_bps=bps,
            effective_at=now + timedelta(days=days), now=now,
        )  # fmt: skip
    moments = {-1: 2000, 0: 1500, 4: 1500, 5: 1200, 9: 1200, 10: 1000, 99: 1000}
    for days, bps in moments.items():
        at = now + timedelta(days=days)
        assert await fee_terms.fee_bps_at(session, company.id, at) == bps, days
        assert await fee_terms.fee_bps_at(session, other.id, at) == 2000


async def test_default_terms_are_in_the_companys_currency(
    session: AsyncSession, now: datetime
) -> None:
    company = await people.company(session, now=now, currency="EUR")
    assert await credit_terms.current(session, company.id, now) == GrantedTerms(
        "invoice", 14, 1_000_000, "EUR", "on_collection"
    )
    with pytest.raises(NotFound):
        await credit_terms.current(session, uuid4(), now)


async def test_granted_terms_hold_from_their_instant(session: AsyncSession, now: datetime) -> None:
    company = await people.company(session, now=now)
    granted = await credit_terms.set_credit_terms(
        session, await _officer(session, now), company.id, net_days=45,
        credit_limit=Money(0, "USD"), funding_rule="on_approval",
        effective_at=now + timedelta(days=1), now=now,
    )  # fmt: skip
    assert (await credit_terms.current(session, company.id, now)).net_days == 14
    assert await credit_terms.current(session, company.id, now + timedelta(days=1)) == granted
    assert granted.credit_limit_minor == 0


async def test_the_same_fee_set_ten_times_at_once_is_one_row(
    database: Database, now: datetime
) -> None:
    async with database.begin() as session:
        company = await people.company(session, now=now)
        officer = await _officer(session, now)

    async def put() -> None:
        async with database.begin() as session:
            await fee_terms.set_fee_terms(
                session, officer, company.id, fee_bps=1800, effective_at=None, now=now
            )

    await asyncio.gather(*(put() for _ in range(10)))
    async with database.begin() as session:
        assert await session.scalar(text("SELECT count(*) FROM fee_terms")) == 1


async def test_the_database_refuses_what_no_verb_would_write(
    session: AsyncSession, now: datetime
) -> None:
    company = await people.company(session, now=now)
    officer = await _officer(session, now)
    await fee_terms.set_fee_terms(
        session, officer, company.id, fee_bps=1800, effective_at=None, now=now
    )
    broken = [
        "UPDATE fee_terms SET fee_bps = 10000",
        "UPDATE fee_terms SET fee_bps = -1",
        "UPDATE companies SET currency = 'usd' WHERE id = :c",
        "INSERT INTO company_members SELECT company_id, :u, 'owner', joined_at"
        " FROM company_members WHERE company_id = :c",
        "INSERT INTO credit_terms VALUES (gen_random_uuid(), :c, 'barter', 14, 1, 'USD',"
        " 'on_collection', now(), NULL)",
        "INSERT INTO credit_terms VALUES (gen_random_uuid(), :c, 'invoice', 121, 1, 'USD',"
        " 'on_collection', now(), NULL)",
    ]
    for statement in broken:
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(text(statement), {"c": company.id, "u": officer.user_id})
