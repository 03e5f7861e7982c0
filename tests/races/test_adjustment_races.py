"""Bonuses at the same moment: one for an id, and never past the last cent of a budget."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import OperationsActor, SystemActor
from app.domain.adjustments import DeclineReason, Outcome
from app.domain.refusals import Refusal
from app.kit.db import Database
from app.timesheets import settling
from app.timesheets.bill_lines import BillLine
from app.timesheets.pay_lines import PayLine
from app.timesheets.refusals import BudgetReached
from app.timesheets.settling import Answer
from tests.factories.adjusted import (
    approved_week,
    assert_books,
    bonus,
    claw_back,
    correct,
    expense,
)
from tests.factories.at_work import Deal, deal
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


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
async def test_everybody_at_one_engagement(database: Database, seed: int) -> None:
    """Claims and cuts are decided by all sides and the clock while money is taken back and given:
    each adjustment ends once, and never is more taken than there was."""
    print(f"seed {seed}")
    async with database.begin() as session:
        at = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000)
        await approved_week(session, at)
        given = (await bonus(session, at, 1_000)).adjustment
        claims = [(await expense(session, at, 500)).adjustment.id for _ in range(3)]
        cuts = [(await correct(session, at.client, at, -50)).adjustment.id for _ in range(3)]
    yes, no = Answer(Outcome.APPROVED), Answer(Outcome.DECLINED, DeclineReason.OTHER, "No.")
    late, staff, clock = NOW + timedelta(days=5), OperationsActor(uuid4()), SystemActor("late")

    async def deed(verb: Callable[[AsyncSession], Awaitable[object]]) -> object:
        async with database.begin() as session:
            return await verb(session)

    verbs: list[Callable[[AsyncSession], Awaitable[object]]] = []
    for id_ in claims:
        verbs += [partial(_decide, at, id_, answer) for answer in (yes, no)]
        verbs.append(partial(_move_on, clock, id_, late))
    for id_ in cuts:
        verbs += [partial(_answer, at, id_, consent) for consent in (True, False)]
        verbs.append(partial(_move_on, clock, id_, late))
    verbs += [partial(_take, staff, at, given.id) for _ in range(6)]
    Random(seed).shuffle(verbs)
    answers = await asyncio.gather(*(deed(verb) for verb in verbs), return_exceptions=True)
    wrong = [a for a in answers if isinstance(a, Exception) and not isinstance(a, Refusal)]
    assert wrong == []
    async with database.begin() as session:
        minutes = await session.scalar(
            select(func.sum(BillLine.minutes)).where(BillLine.type != "bonus")
        )
        billed = await session.scalar(select(func.sum(BillLine.bill_minor)))
    assert minutes is not None
    assert billed is not None
    assert int(minutes) in (120, 70, 20)
    assert int(billed) >= 0
    await assert_books(database)


async def _decide(at: Deal, id_: UUID, answer: Answer, session: AsyncSession) -> object:
    return await settling.decide_expense(session, at.client, id_, answer, now=NOW)


async def _move_on(clock: SystemActor, id_: UUID, late: datetime, session: AsyncSession) -> object:
    return await settling.move_on(session, clock, id_, now=late)


async def _answer(at: Deal, id_: UUID, consent: bool, session: AsyncSession) -> object:
    return await settling.answer_correction(
        session, at.worker, id_, consent=consent, answer=None, now=NOW
    )


async def _take(staff: OperationsActor, at: Deal, evidence: UUID, session: AsyncSession) -> object:
    return await claw_back(session, staff, at, 4_000, evidence=evidence)
