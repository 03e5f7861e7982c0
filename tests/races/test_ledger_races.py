"""Many connections at the same books."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import func, select

from app.domain import chart
from app.kit.db import Database
from app.ledger import posting, proof
from app.ledger.posting import Entry
from app.ledger.refusals import AlreadyReversed, LedgerOverdrawn
from app.ledger.tables import LedgerBalance, PostingGroup


async def write(
    database: Database, now: datetime, key: str, entries: Sequence[tuple[str, int]]
) -> UUID:
    async with database.begin() as session:
        return await posting.post(
            session,
            source="race",
            key=key,
            description="A race",
            effective_at=now,
            now=now,
            entries=[Entry(account, "USD", minor) for account, minor in entries],
        )


async def undo(database: Database, now: datetime, group_id: UUID, key: str) -> UUID:
    async with database.begin() as session:
        return await posting.reverse(
            session,
            group_id,
            source="undo",
            key=key,
            description="Reversed",
            effective_at=now,
            now=now,
        )


async def assert_proven(database: Database) -> None:
    async with database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity


async def groups(database: Database) -> int:
    async with database.begin() as session:
        return await session.scalar(select(func.count()).select_from(PostingGroup)) or 0


async def test_one_fact_posted_by_sixteen_is_one_group(database: Database, now: datetime) -> None:
    """Accounts are opened, balances taken and the group written by one of them; all get its id."""
    payable, paying = chart.trainer_payable(uuid4()), chart.trainer_paying(uuid4())
    earned = [(chart.EXPENSE_TRAINERS, 800), (payable, -800)]
    ids = await asyncio.gather(*(write(database, now, "earned", earned) for _ in range(16)))
    assert len(set(ids)) == 1
    # The whole balance goes: whoever comes second must see the fact, not an empty account.
    taken = [(payable, 800), (paying, -800)]
    ids = await asyncio.gather(*(write(database, now, "taken", taken) for _ in range(16)))
    assert len(set(ids)) == 1
    assert await groups(database) == 2
    await assert_proven(database)


async def test_the_last_money_is_taken_once(database: Database, now: datetime) -> None:
    payable, paying = chart.trainer_payable(uuid4()), chart.trainer_paying(uuid4())
    await write(database, now, "earned", [(chart.EXPENSE_TRAINERS, 800), (payable, -800)])
    results = await asyncio.gather(
        *(write(database, now, f"take {n}", [(payable, 500), (paying, -500)]) for n in range(16)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, UUID) for result in results) == 1
    assert sum(isinstance(result, LedgerOverdrawn) for result in results) == 15
    await assert_proven(database)


async def test_rival_reversals_succeed_once(database: Database, now: datetime) -> None:
    for number, entries in enumerate(
        (
            [(chart.EXPENSE_TRAINERS, 800), (chart.trainer_payable(uuid4()), -800)],
            [(chart.BANK, 800), (chart.receivable(uuid4()), -800)],  # no balance to wait at
        )
    ):
        group_id = await write(database, now, f"fact {number}", entries)
        results = await asyncio.gather(
            *(undo(database, now, group_id, f"{number} by {rival}") for rival in range(16)),
            return_exceptions=True,
        )
        assert sum(isinstance(result, UUID) for result in results) == 1
        assert sum(isinstance(result, AlreadyReversed) for result in results) == 15
    assert await groups(database) == 4
    await assert_proven(database)


async def test_one_reversal_repeated_by_sixteen_is_one(database: Database, now: datetime) -> None:
    group_id = await write(
        database, now, "fact", [(chart.EXPENSE_TRAINERS, 8), (chart.trainer_payable(uuid4()), -8)]
    )
    ids = await asyncio.gather(*(undo(database, now, group_id, "same") for _ in range(16)))
    assert len(set(ids)) == 1
    await assert_proven(database)


async def test_shared_accounts_in_any_order_never_deadlock(
    database: Database, now: datetime
) -> None:
    """Sixteen connections, eight shared accounts, entries given in random order."""
    trainers = [uuid4() for _ in range(4)]
    shared = [chart.trainer_payable(t) for t in trainers] + [
        chart.trainer_paying(t) for t in trainers
    ]
    await write(
        database, now, "start", [(chart.EXPENSE_TRAINERS, 80_000), *((k, -10_000) for k in shared)]
    )

    async def work(worker: int) -> int:
        random, written = Random(worker), 0
        for step in range(12):
            chosen = random.sample(shared, 3)
            sums = [random.randint(-50, 50) for _ in range(2)]
            entries = list(zip(chosen, [*sums, -sum(sums)], strict=True))
            if sum(minor != 0 for _, minor in entries) < 2:
                continue
            await write(database, now, f"{worker}:{step}", entries)
            written += 1
        return written

    written = sum(await asyncio.gather(*(work(worker) for worker in range(16))))
    assert await groups(database) == written + 1
    async with database.begin() as session:
        assert await session.scalar(select(func.sum(LedgerBalance.available_minor))) == 80_000
    await assert_proven(database)
