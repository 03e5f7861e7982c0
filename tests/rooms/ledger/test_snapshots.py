"""A balance read from a snapshot and its tail is the sum of all entries, whatever is written."""

from datetime import datetime
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.door import Runtime
from app.domain import chart
from app.jobs import ledger as jobs
from app.kit.paging import Cut
from app.ledger import chaining, posting, proof, queries, snapshots
from app.ledger.posting import Entry
from app.ledger.tables import LedgerAccount, LedgerEntry, LedgerSnapshot, PostingGroup
from app.main import toolbox_of
from app.notices.tables import Notice
from tests.factories import people

ACCOUNTS = (chart.BANK, chart.INCOME_SERVICES, chart.STRIPE_PENDING)


async def write(session: AsyncSession, number: int, random: Random, now: datetime) -> None:
    debit, credit = random.sample(ACCOUNTS, 2)
    minor, currency = random.randint(1, 500), random.choice(["EUR", "USD"])
    await posting.post(
        session, source="test", key=str(number), description="d", effective_at=now, now=now,
        entries=[Entry(debit, currency, minor), Entry(credit, currency, -minor)],
    )  # fmt: skip


async def summed(session: AsyncSession) -> dict[tuple[str, str], int]:
    rows = await session.execute(
        select(LedgerAccount.key, LedgerAccount.currency, func.sum(LedgerEntry.amount_minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .group_by(LedgerAccount.key, LedgerAccount.currency)
    )
    return {(key, currency): int(total) for key, currency, total in rows}


async def last_made_ms(session: AsyncSession) -> int:
    newest = await session.scalar(select(LedgerEntry.id).order_by(LedgerEntry.id.desc()).limit(1))
    assert newest is not None
    return newest.int >> 80


async def test_snapshot_and_tail_are_the_whole(session: AsyncSession, now: datetime) -> None:
    random, taken = Random(5), 0
    for number in range(60):
        await write(session, number, random, now)
        if number % 20 == 19:
            before = await last_made_ms(session) + number % 2
            taken += await snapshots.take_before(session, before, now=now, tail=3)
        if number % 10 == 9:
            assert await queries.balances(session, ACCOUNTS) == await summed(session)
            listed = await queries.list_accounts(session, Cut())
            assert {(a.key, a.currency): a.balance_minor for a in listed.items} == (
                await summed(session)
            )
    assert taken > 6
    for identity in await proof.prove(session):
        assert identity.holds, identity
    assert await snapshots.take_before(session, await last_made_ms(session), now=now, tail=3) == 0
    with pytest.raises(DBAPIError, match="append-only"):
        async with session.begin_nested():
            await session.execute(text("UPDATE ledger_snapshots SET balance_minor = 0"))


async def test_what_is_under_way_is_in_no_snapshot(session: AsyncSession, now: datetime) -> None:
    """Everything here was made within the last ten minutes."""
    for number in range(5):
        await write(session, number, Random(1), now)
    assert await snapshots.take(session, now=now, tail=1) == 0


async def test_an_account_that_authorises_has_none(session: AsyncSession, now: datetime) -> None:
    payable = chart.trainer_payable(UUID(int=1))
    await posting.post(
        session, source="test", key="x", description="d", effective_at=now, now=now,
        entries=[Entry(chart.EXPENSE_TRAINERS, "USD", 5), Entry(payable, "USD", -5)],
    )  # fmt: skip
    before = await last_made_ms(session) + 1
    assert await snapshots.take_before(session, before, now=now, tail=1) == 1
    account_id = await session.scalar(select(LedgerSnapshot.account_id))
    key = await session.scalar(select(LedgerAccount.key).where(LedgerAccount.id == account_id))
    assert key == chart.EXPENSE_TRAINERS


async def test_finance_is_told_of_a_broken_chain_once_a_day(runtime: Runtime) -> None:
    tools, now = toolbox_of(runtime), runtime.clock.now()
    async with runtime.database.begin() as session:
        await people.user(session, now=now, door="finance")
        await write(session, 1, Random(1), now)
        await chaining.extend(session)
    await jobs.care_for_books(tools, {})
    async with runtime.database.begin() as session:
        assert (await session.scalars(select(Notice.kind))).all() == []
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        group_id = await session.scalar(select(PostingGroup.id))
        await session.execute(
            text("UPDATE posting_groups SET description = 'Altered' WHERE id = :id"),
            {"id": group_id},
        )
    for _ in range(2):
        await jobs.care_for_books(tools, {})
    async with runtime.database.begin() as session:
        assert (await session.scalars(select(Notice.kind))).all() == ["staff_chain_broken"]
    runtime.clock.set_offset(86_400)
    for _ in range(2):
        await jobs.care_for_books_nightly(tools)
    async with runtime.database.begin() as session:
        waiting = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'care_for_books'")
        assert await session.scalar(waiting) == 1
