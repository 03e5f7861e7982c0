"""The stage of the payouts, with the provider's statement beside it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.reconciling import PLATFORM
from app.gateways.stripe.statements import StripeStatements
from app.kit.paging import Cut
from app.payouts import sending
from app.payouts.tables import Payout
from app.reconciling import queries, running
from app.reconciling.queries import DifferenceFacts, Overview
from tests.rooms.payouts.conftest import Stage, sim, stage

__all__ = ["sim", "stage"]

DAY = 86_400


@dataclass
class Desk:
    """Finance's desk: reconcile, and read what came of it."""

    stage: Stage
    statements: StripeStatements

    def now(self) -> datetime:
        return self.stage.clock.now()

    async def ordered(self) -> UUID:
        async with self.stage.database.begin() as session:
            return await running.order(session, self.stage.finance, now=self.now())

    async def reconcile(self) -> Overview:
        run_id = await self.ordered()
        await running.carry_out(
            self.stage.database, self.statements, run_id, clock=self.stage.clock
        )
        async with self.stage.database.begin() as session:
            return await queries.overview(session)

    async def differences(self, *, is_open: bool | None = True) -> list[DifferenceFacts]:
        async with self.stage.database.begin() as session:
            page = await queries.list_differences(session, Cut(), is_open=is_open)
            return list(page.items)

    async def pass_days(self, days: int) -> None:
        """At the provider and here."""
        await self.stage.sim.order("clock/advance", seconds=days * DAY)
        self.stage.clock.set_offset(self.stage.clock.offset_seconds + days * DAY)

    async def paid_out(self) -> Payout:
        """One payout, sent and on its way to the bank."""
        await self.stage.top_up()
        await self.stage.plan()
        async with self.stage.database.begin() as session:
            payout_id = (await session.scalars(select(Payout.id))).one()
        await sending.send_payout(
            self.stage.database,
            self.stage.payments,
            payout_id,
            rules=self.stage.rules,
            clock=self.stage.clock,
        )
        async with self.stage.database.begin() as session:
            return await session.get_one(Payout, payout_id)

    def balances(self, found: Overview) -> dict[tuple[str, str], tuple[int, int]]:
        """(who, bucket) → (at the provider, in the books)."""
        return {
            ("us" if each.account == PLATFORM else "her", each.bucket): (
                each.provider_minor,
                each.ledger_minor,
            )
            for each in found.balances
        }


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage, StripeStatements(stage.sim.client(retries=0)))
