"""Several trainers who are owed money, and processes that die on order."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import proving
from app.companies.tables import CreditTerms
from app.domain.actor import FinanceActor, SystemActor, TrainerActor
from app.domain.holds import PayoutRules
from app.engagements.tables import Engagement
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.payouts import running
from app.payouts.tables import Payout, PayoutAccount
from app.timesheets import approving, recording, submitting
from app.timesheets.recording import TimeSaid
from tests.factories import people, work
from tests.faults import doomed
from tests.faults.doomed import Orders
from tests.gateways.simulator import running as simulator
from tests.gateways.simulator.running import Running

TRAINERS = 3
OWED_MINOR = 120_000
context = multiprocessing.get_context("forkserver")
KILLED = -9
context.set_forkserver_preload(
    [
        "tests.faults.doomed",
        "tests.faults.doomed_sync",
        "tests.faults.doomed_deeds",
        "tests.faults.doomed_crew",
    ]
)


@dataclass
class Crew:
    """Three trainers with 1,200.00 USD each, and the means to kill the worker that pays them."""

    database: Database
    url: str
    sim: Running
    data_dir: Path
    finance: FinanceActor
    clock: Clock

    async def order_run(self) -> UUID:
        now = self.clock.now()
        async with self.database.begin() as session:
            return await running.order(
                session, self.finance, as_of=now, rules=PayoutRules(), now=now
            )

    def start(self, point: str | None, *, nth: int = 1) -> BaseProcess:
        orders = Orders(self.url, self.sim.url, simulator.KEY, str(self.data_dir), point, nth)
        process = context.Process(target=doomed.work, args=(orders,))
        process.start()
        return process

    async def until_dead(self, process: BaseProcess) -> int:
        """Wait for the process's end; its exit code (-9: killed)."""
        await asyncio.to_thread(process.join, 60)
        assert process.exitcode is not None, "the process is still alive"
        return process.exitcode

    async def until_all_sent(self) -> None:
        """Until every trainer's payout has left for her bank."""
        last = asyncio.get_running_loop().time() + 240
        while True:
            async with self.database.begin() as session:
                sent = await session.scalar(
                    select(func.count()).where(
                        Payout.state == "sent", Payout.bank_payout_id.is_not(None)
                    )
                )
            if sent == TRAINERS:
                return
            assert asyncio.get_running_loop().time() < last, await self._as_it_stands()
            await asyncio.sleep(0.1)

    async def _as_it_stands(self) -> str:
        """Payouts, tries and errands, for whoever has to find out why they stand still."""
        said = []
        async with self.database.begin() as session:
            for table in ("payout_runs", "payouts", "payout_attempts", "pgqueuer"):
                rows = await session.execute(text(f"SELECT * FROM {table}"))
                said += [f"{table}: {dict(row)}" for row in rows.mappings()]
        return "\n".join(said)

    async def transfers(self) -> list[dict[str, Any]]:
        answer = await self.sim.http.get(
            "/v1/transfers?limit=100", headers={"Authorization": f"Bearer {simulator.KEY}"}
        )
        return list(answer.json()["data"])

    async def one_transfer_each_and_green_books(self) -> None:
        sent = await self.transfers()
        assert sorted(t["amount"] for t in sent) == [OWED_MINOR] * TRAINERS
        assert len({t["destination"] for t in sent}) == TRAINERS
        async with self.database.begin() as session:
            broken = [i for i in await proving.prove_all(session) if not i.holds]
        assert broken == []
        assert (await self.sim.proof())["holds"] is True


async def _worked_and_approved(
    session: AsyncSession, engagement: Engagement, user_id: UUID, *, now: datetime
) -> None:
    """Ten hours of last week, handed in and approved by the verbs themselves; so funded."""
    monday = (now - timedelta(days=now.weekday() + 7)).replace(
        hour=8, minute=0, second=0, microsecond=0
    )
    actor = TrainerActor(engagement.trainer_id, user_id)
    said = TimeSaid(engagement.id, monday, monday + timedelta(hours=10))
    done = await recording.record_time(session, actor, new_id(), said, now=now)
    sheet_id = done.entry.root.timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, actor, sheet_id, now=now)
    await approving.approve(session, SystemActor("test"), sheet_id, now=now)


@pytest_asyncio.fixture
async def crew(
    database: Database, database_url: str, clock: Clock, now: datetime, tmp_path: Path
) -> AsyncIterator[Crew]:
    async with simulator.simulator() as sim:
        async with database.begin() as session:
            company = await people.company(session, now=now)
            session.add(
                CreditTerms(
                    id=new_id(), company_id=company.id, kind="invoice", net_days=14,
                    credit_limit_minor=10_000_000, currency="USD", funding_rule="on_approval",
                    effective_at=now - timedelta(days=60),
                )
            )  # fmt: skip
            project = await work.project(session, company, now=now)
            position = await work.position(session, project, now=now)
            for _ in range(TRAINERS):
                trainer = await people.trainer(session, now=now)
                engagement = await work.engagement(session, position, trainer.id, now=now)
                await _worked_and_approved(session, engagement, trainer.user_id, now=now)
                session.add(
                    PayoutAccount(
                        trainer_id=trainer.id, state="created", ready=True, missing=[],
                        provider_account_id=await sim.payee(), intended_at=now, fetched_at=now,
                    )
                )  # fmt: skip
            staff = await people.user(session, now=now, door="finance")
        await sim.order("top-ups", amount=10 * OWED_MINOR, currency="usd")
        yield Crew(database, database_url, sim, tmp_path, FinanceActor(staff.id), clock)
