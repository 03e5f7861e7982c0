"""Bonuses at the same moment: one for an id, and never past the last cent of a budget."""

import asyncio
from uuid import uuid4

from sqlalchemy import func, select

from app.kit.db import Database
from app.timesheets.bill_lines import BillLine
from app.timesheets.pay_lines import PayLine
from app.timesheets.refusals import BudgetReached
from tests.factories.adjusted import approved_week, assert_books, bonus
from tests.factories.at_work import deal
from tests.factories.hours import MONDAY, NOW, log


async def test_one_id_twenty_times_at_once(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW)
    id_ = uuid4()

    async def give() -> bool:
        async with database.begin() as session:
            return (await bonus(session, at, 5_000, id_=id_)).created

    assert sorted(await asyncio.gather(*(give() for _ in range(20)))) == [False] * 19 + [True]
    async with database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(BillLine)) == 1
        assert await session.scalar(select(func.count()).select_from(PayLine)) == 1
    await assert_books(database)


async def test_the_last_of_a_budget_from_sixteen_sides(database: Database) -> None:
    """Room for ten of sixteen bonuses of 1,000: ten are given, and no hour fits any more."""
    async with database.begin() as session:
        at = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000, budget_minor=30_000)
        await approved_week(session, at)

    async def give() -> object:
        async with database.begin() as session:
            return await bonus(session, at, 1_000)

    answers = await asyncio.gather(*(give() for _ in range(16)), return_exceptions=True)
    refused = [a for a in answers if isinstance(a, Exception)]
    assert [type(a) for a in refused] == [BudgetReached] * 6
    async with database.begin() as session:
        total = select(func.sum(BillLine.bill_minor)).where(BillLine.type == "bonus")
        assert await session.scalar(total) == 10_000
        over = await log(session, at, MONDAY, 1)
    assert [p.binding_cap for p in over.entry.pieces] == ["project_budget"]
    await assert_books(database)
