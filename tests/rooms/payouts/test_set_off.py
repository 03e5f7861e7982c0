"""What was paid and is taken back is owed, and later payouts set it off, once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest_asyncio
from sqlalchemy import select

from app.books import crossing
from app.companies.tables import CreditTerms
from app.domain.actor import OperationsActor, TrainerActor
from app.domain.holds import HoldCause
from app.kit.ids import new_id
from app.kit.paging import Cut
from app.payouts import explaining, proof, sending, waiting
from app.payouts.tables import Payout
from app.timesheets.pay_lines import PayLine
from app.trainers.tables import Trainer
from tests.factories.adjusted import approved_week, bonus, claw_back, correct
from tests.factories.at_work import Deal, deal
from tests.factories.hours import NOW
from tests.factories.traced import assert_line_adds_up
from tests.rooms.payouts.conftest import Stage
from tests.rooms.payouts.test_payout_sending import send, the_payout

OPERATIONS = OperationsActor(uuid4())


async def proofs_hold(stage: Stage) -> None:
    """The company's half of the stage's own pay is made up, so that only hers is proven."""
    async with stage.database.begin() as session:
        for identity in [*await proof.prove(session), *await crossing.prove(session)]:
            hers = any(word in identity.name for word in ("pay side", "owe", "payout", "paid out"))
            assert identity.holds or not hers, identity


@pytest_asyncio.fixture
async def paid(stage: Stage) -> Deal:
    """Everything that she is owed has arrived: 1,200.00 of before, 240.00 of a deal of NOW."""
    ahead = NOW + timedelta(days=1) - datetime.now(UTC)
    stage.clock.set_offset(int(ahead.total_seconds()))
    async with stage.database.begin() as session:
        trainer = await session.get_one(Trainer, stage.trainer_id)
        at = await deal(session, now=NOW, trainer=trainer, bill_minor=15_000, pay_minor=12_000)
        session.add(
            CreditTerms(
                id=new_id(), company_id=at.company.id, kind="invoice", net_days=14,
                credit_limit_minor=50_000_000, currency="USD", funding_rule="on_approval",
                effective_at=NOW - timedelta(days=1),
            )
        )  # fmt: skip
        await session.flush()
        await approved_week(session, at)
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    assert payout.pay_minor == 144_000
    await send(stage, payout.id)
    bank_payout_id = (await the_payout(stage)).bank_payout_id
    assert bank_payout_id is not None
    await stage.sim.order("clock/advance", seconds=3 * 86_400)
    assert await stage.bank_says(bank_payout_id) == "settled"
    return at


async def test_owed_then_set_off_and_explained(stage: Stage, paid: Deal) -> None:
    actor = TrainerActor(stage.trainer_id, stage.trainer_id)
    async with stage.database.begin() as session:
        given = (await bonus(session, paid, 100)).adjustment
    async with stage.database.begin() as session:
        await claw_back(session, OPERATIONS, paid, 10_000, evidence=given.id)
        owed = (await session.scalars(select(PayLine).where(PayLine.owed))).one()
        assert owed.pay_minor == -8_000
        holds = {
            hold.cause: hold.held_minor
            for hold in await waiting.own_holds(
                session, actor, rules=stage.rules, now=stage.clock.now()
            )
        }
        assert holds == {HoldCause.SET_OFF: -8_000, HoldCause.BELOW_MINIMUM: 80}
        earnings = await waiting.own_earnings(
            session, actor, Cut(), rules=stage.rules, now=stage.clock.now()
        )
        # What the stage made up is as old as this run, and may be newer than NOW.
        newest = next(e for e in earnings.items if e.engagement_id == paid.engagement.id)
        assert (newest.type, newest.reason) == ("clawback", "Twice.")
    await proofs_hold(stage)
    await stage.plan()
    async with stage.database.begin() as session:
        assert len((await session.scalars(select(Payout.id))).all()) == 1  # nothing is due
        await bonus(session, paid, 20_000)
        await correct(session, OPERATIONS, paid, -10)  # 20.00, from what is payable now
    await proofs_hold(stage)
    await stage.plan()
    async with stage.database.begin() as session:
        second = (await session.scalars(select(Payout).where(Payout.state == "pending"))).one()
        assert second.pay_minor == 80 - 8_000 + 16_000 - 2_000
        explained = await explaining.explain(session, actor, second.id)
        assert explained is not None
        for line in explained.lines:
            assert_line_adds_up(line.traced)
        told = sorted((line.type.value, line.pay_minor) for line in explained.lines)
        assert told == [
            ("bonus", 80), ("bonus", 16_000), ("clawback", -8_000), ("correction", -2_000)
        ]  # fmt: skip
    await proofs_hold(stage)


async def test_a_payout_that_failed_does_not_set_off_twice(stage: Stage, paid: Deal) -> None:
    async with stage.database.begin() as session:
        given = (await bonus(session, paid, 100)).adjustment
    async with stage.database.begin() as session:
        await claw_back(session, OPERATIONS, paid, 10_000, evidence=given.id)
        await bonus(session, paid, 20_000)
    await stage.plan()
    async with stage.database.begin() as session:
        second = (await session.scalars(select(Payout).where(Payout.state == "pending"))).one()
        refused = ("transfer", "destination_unknown")  # no refusal that passes
        await sending._declined(session, second, *refused, now=stage.clock.now())
        assert second.state == "failed"
    await proofs_hold(stage)
    await stage.plan()
    async with stage.database.begin() as session:
        third = (await session.scalars(select(Payout).where(Payout.state == "pending"))).one()
        assert third.pay_minor == second.pay_minor == 80 - 8_000 + 16_000
    await proofs_hold(stage)
