"""A trainer with funded pay and a ready account at the simulator, over real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest_asyncio
from sqlalchemy import text

from app.domain.actor import FinanceActor, SystemActor, TrainerActor
from app.domain.holds import PayoutRules
from app.gateways.stripe.payments import StripePayments
from app.kit.clock import Clock
from app.kit.db import Database
from app.payouts import accounts, running, settling
from app.payouts.tables import PayoutRun
from tests.factories import money, people, work
from tests.gateways.simulator import running as simulator
from tests.gateways.simulator.running import Running


@dataclass
class Stage:
    """Everything that a payout test needs."""

    database: Database
    payments: StripePayments
    clock: Clock
    sim: Running
    trainer_id: UUID
    account: str
    finance: FinanceActor
    rules: PayoutRules = field(default_factory=PayoutRules)

    async def top_up(self, amount_minor: int = 10_000_000) -> None:
        await self.sim.order("top-ups", amount=amount_minor, currency="usd")

    async def bank_says(self, bank_payout_id: str) -> str:
        """Fetch a bank payout's state and settle, as the event's job does."""
        state = await self.payments.bank_payout_state(self.account, bank_payout_id)
        async with self.database.begin() as session:
            return await settling.settle(
                session, self.account, bank_payout_id, state, now=self.clock.now()
            )

    async def plan(self) -> UUID:
        """Order and plan a run; the run's id."""
        now = self.clock.now()
        async with self.database.begin() as session:
            run_id = await running.order(
                session, self.finance, as_of=now, rules=self.rules, now=now
            )
        await self.plan_again(run_id)
        return run_id

    async def lose_jobs(self) -> None:
        """What waits in the queue is gone, as after a restored backup."""
        async with self.database.begin() as session:
            await session.execute(text("DELETE FROM pgqueuer"))

    async def plan_again(self, run_id: UUID) -> None:
        """As the job does, and does again after a kill."""
        async with self.database.begin() as session:
            (await session.get_one(PayoutRun, run_id)).state = "planned"
        await running.plan(
            self.database,
            run_id,
            rules=self.rules,
            actor=SystemActor("test"),
            now=self.clock.now(),
        )

    async def ask_provider(self) -> None:
        """Fetch the account's state, as the event's job does."""
        asked_at = self.clock.now()
        state = await self.payments.payee_state(self.account)
        async with self.database.begin() as session:
            await accounts.take_state(
                session,
                self.account,
                state,
                asked_at=asked_at,
                rules=self.rules,
                now=self.clock.now(),
            )


@pytest_asyncio.fixture
async def sim() -> AsyncIterator[Running]:
    async with simulator.simulator() as started:
        yield started


@pytest_asyncio.fixture
async def stage(database: Database, sim: Running, clock: Clock, now: datetime) -> Stage:
    """One trainer who is owed 1,200.00 USD."""
    payments = StripePayments(sim.client(retries=0, timeout=0.5))
    async with database.begin() as session:
        company = await people.company(session, now=now)
        project = await work.project(session, company, now=now)
        position = await work.position(session, project, now=now)
        trainer = await people.trainer(session, now=now)
        engagement = await work.engagement(session, position, trainer.id, now=now)
        await money.funded_pay(session, engagement, now=now)
        staff = await people.user(session, now=now, door="finance")
        actor = TrainerActor(trainer.id, trainer.user_id)
    await accounts.onboarding_link(
        database,
        payments,
        actor,
        clock=clock,
        refresh_url="http://x.test",
        return_url="http://x.test",
    )
    async with database.begin() as session:
        row = await session.get(accounts.PayoutAccount, trainer.id)
        assert row is not None
        account = row.provider_account_id
        assert account is not None
    await sim.order(f"accounts/{account}/onboard")
    state = await payments.payee_state(account)
    async with database.begin() as session:
        await accounts.take_state(
            session, account, state, asked_at=clock.now(), rules=PayoutRules(), now=clock.now()
        )
    return Stage(database, payments, clock, sim, trainer.id, account, FinanceActor(staff.id))
