"""Above a sum two different people: on ordering, while planning, and in the database."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.actor import FinanceActor, SystemActor
from app.domain.holds import PayoutRules
from app.domain.refusals import SecondPersonNeeded
from app.kit.db import Database
from app.payouts import four_eyes, running
from app.payouts.refusals import RunAwaitsNobody
from app.payouts.tables import Payout, PayoutAccount, PayoutRun
from tests.factories import money, people, work

RULES = PayoutRules(four_eyes_above_minor=250_000)  # two of three trainers are owed less


async def ground(database: Database, now: datetime) -> tuple[FinanceActor, FinanceActor]:
    """Three trainers with 1,200.00 each, and two people in finance."""
    async with database.begin() as session:
        for _ in range(3):
            company = await people.company(session, now=now)
            project = await work.project(session, company, now=now)
            position = await work.position(session, project, now=now)
            trainer = await people.trainer(session, now=now)
            engagement = await work.engagement(session, position, trainer.id, now=now)
            await money.funded_pay(session, engagement, now=now)
            session.add(
                PayoutAccount(
                    trainer_id=trainer.id, state="created", ready=True, missing=[],
                    provider_account_id=f"acct_{trainer.id.hex}", intended_at=now, fetched_at=now,
                )
            )  # fmt: skip
        one, other = [await people.user(session, now=now, door="finance") for _ in range(2)]
    return FinanceActor(one.id), FinanceActor(other.id)


async def order(database: Database, who: FinanceActor, rules: PayoutRules, now: datetime) -> UUID:
    async with database.begin() as session:
        return await running.order(session, who, as_of=now, rules=rules, now=now)


async def plan(database: Database, run_id: UUID, now: datetime) -> None:
    await running.plan(database, run_id, rules=RULES, actor=SystemActor("test"), now=now)


async def paid(database: Database) -> int:
    async with database.begin() as session:
        return int(await session.scalar(select(func.sum(Payout.pay_minor))) or 0)


async def state(database: Database, run_id: UUID) -> str:
    async with database.begin() as session:
        return (await session.get_one(PayoutRun, run_id)).state


async def test_nothing_goes_out_above_the_sum_until_somebody_else_has_looked(
    database: Database, now: datetime
) -> None:
    one, other = await ground(database, now)
    run_id = await order(database, one, RULES, now)
    await plan(database, run_id, now)
    assert (await state(database, run_id), await paid(database)) == ("awaiting_approval", 0)
    async with database.begin() as session:
        with pytest.raises(SecondPersonNeeded):
            await four_eyes.approve(session, one, run_id, now=now)
    async with database.begin() as session:
        await four_eyes.approve(session, other, run_id, now=now)
    async with database.begin() as session:
        with pytest.raises(RunAwaitsNobody):
            await four_eyes.approve(session, other, run_id, now=now)
    await plan(database, run_id, now)
    assert (await state(database, run_id), await paid(database)) == ("finished", 360_000)


async def test_runs_of_one_person_at_once_do_not_get_around_it(
    database: Database, now: datetime
) -> None:
    """Both were ordered while no sum was set; planning finds the room for two of three."""
    one, _ = await ground(database, now)
    free = replace(RULES, four_eyes_above_minor=None)
    runs = [await order(database, one, free, now) for _ in range(4)]
    await asyncio.gather(*(plan(database, run_id, now) for run_id in runs))
    assert await paid(database) == 240_000
    assert "awaiting_approval" in [await state(database, run_id) for run_id in runs]


async def test_the_database_refuses_one_person_twice(database: Database, now: datetime) -> None:
    one, _ = await ground(database, now)
    run_id = await order(database, one, replace(RULES, four_eyes_above_minor=None), now)
    with pytest.raises(IntegrityError, match="two_people"):
        async with database.begin() as session:
            await session.execute(
                update(PayoutRun)
                .where(PayoutRun.id == run_id)
                .values(approved_by_user_id=one.user_id, approved_at=now)
            )
