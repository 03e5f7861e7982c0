"""What is shown before a run is what the run does, to the cent, whatever stands against whom."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor, SystemActor
from app.domain.holds import HoldCause, PayoutRules
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.paging import Cut
from app.payouts import previewing, proof, running, waiting
from app.payouts.tables import Payout, PayoutAccount, PayoutHold, SanctionsScreening
from tests.factories import money, people, work

TRAINERS = 12
RULES = PayoutRules(
    minimum_minor=5_000,
    first_payout_wait=timedelta(days=2),
    bank_change_wait=timedelta(hours=48),
    screening_wanted=True,
)


async def circumstances(session: AsyncSession, dice: random.Random, now: datetime) -> None:
    """One trainer with a few weeks, and whatever may stand against paying her."""
    company = await people.company(session, now=now)
    position = await work.position(session, await work.project(session, company, now=now), now=now)
    trainer = await people.trainer(session, now=now)
    engagement = await work.engagement(session, position, trainer.id, now=now)
    for week in range(dice.randint(1, 3)):
        await money.funded_pay(
            session, engagement, now=now, minutes=dice.choice([1, 20, 600]),
            funded=dice.random() < 0.8, weeks_back=week + 1,
        )  # fmt: skip
    if dice.random() < 0.9:
        ready = dice.random() < 0.9
        session.add(
            PayoutAccount(
                trainer_id=trainer.id, state="created", ready=ready, missing=[],
                provider_account_id=f"acct_{trainer.id.hex}", intended_at=now, fetched_at=now,
                first_ready_at=now - timedelta(days=dice.choice([1, 3])) if ready else None,
            )
        )  # fmt: skip
    if dice.random() < 0.9:
        staff = await people.user(session, now=now, door="finance")
        session.add(
            SanctionsScreening(
                id=new_id(), trainer_id=trainer.id, outcome=dice.choice(["clear"] * 6 + ["review"]),
                lists="OFAC", lists_of_at=now - timedelta(hours=dice.choice([1, 1, 1, 25])),
                recorded_by_user_id=staff.id, screened_at=now,
            )
        )  # fmt: skip
    if dice.random() < 0.3:
        bank = dice.random() < 0.5
        released = dice.random() < 0.3
        session.add(
            PayoutHold(
                id=new_id(), trainer_id=trainer.id,
                cause="bank_change" if bank else "finance_hold",
                reason=None if bank else "Asked back.", placed_by="test", placed_at=now,
                until_at=now + timedelta(hours=dice.choice([-1, 1])) if bank else None,
                look_at=None if bank else now,
                released_at=now if released else None, released_by="test" if released else None,
            )
        )  # fmt: skip
    await session.flush()


async def paid(session: AsyncSession, run_id: UUID) -> Mapping[tuple[UUID, str], int]:
    rows = await session.execute(
        select(Payout.trainer_id, Payout.currency, Payout.pay_minor).where(Payout.run_id == run_id)
    )
    return {(trainer_id, currency): minor for trainer_id, currency, minor in rows}


async def compare(database: Database, seed: int, now: datetime) -> None:
    dice = random.Random(seed)
    async with database.begin() as session:
        for _ in range(TRAINERS):
            await circumstances(session, dice, now)
        staff = FinanceActor((await people.user(session, now=now, door="finance")).id)
    for _ in range(2):  # the second run finds the payouts of the first still open
        async with database.begin() as session:
            before = await previewing.preview(session, as_of=now, rules=RULES, now=now)
            holds = await waiting.list_holds(session, Cut(limit=200), rules=RULES, now=now)
            run_id = await running.order(session, staff, as_of=now, rules=RULES, now=now)
        await running.plan(database, run_id, rules=RULES, actor=SystemActor("test"), now=now)
        async with database.begin() as session:
            done = await paid(session, run_id)
            assert done == {(v.trainer_id, v.currency): v.payable_minor for v in before.to_pay}
            assert [i for i in await proof.prove(session) if not i.holds] == []
        ready = {
            (h.trainer_id, h.currency): h.held_minor
            for h in holds.items
            if h.cause is HoldCause.NEXT_RUN
        }
        assert ready == done, seed
        held = {v.trainer_id for v in before.sums if v.cause is not None}
        assert held <= {h.trainer_id for h in holds.items}


async def test_a_run_does_what_the_preview_says(database: Database, now: datetime) -> None:
    await compare(database, 11, now)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
async def test_a_run_does_what_the_preview_says_in_many_worlds(
    database: Database, now: datetime, seed: int
) -> None:
    await compare(database, seed, now)
