"""Posting: once per fact, never overdrawn, never rewritten."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.refusals import NotFound
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.ledger.refusals import AlreadyReversed, LedgerOverdrawn
from app.ledger.tables import LedgerAccount, LedgerBalance, LedgerEntry, PostingGroup

TRAINER = uuid4()
PAYABLE = chart.trainer_payable(TRAINER)
PAYING = chart.trainer_paying(TRAINER)


async def write(session: AsyncSession, now: datetime, key: str, *entries: tuple[str, int]) -> UUID:
    return await posting.post(
        session,
        source="test",
        key=key,
        description="A test fact",
        effective_at=now,
        now=now,
        entries=[Entry(account, "USD", minor) for account, minor in entries],
    )


async def undo(session: AsyncSession, group_id: UUID, now: datetime, key: str) -> UUID:
    return await posting.reverse(
        session,
        group_id,
        source="undo",
        key=key,
        description="Reversed",
        effective_at=now,
        now=now,
    )


async def available(session: AsyncSession, key: str) -> tuple[int, int] | None:
    row = (
        await session.execute(
            select(LedgerBalance.available_minor, LedgerBalance.version)
            .join(LedgerAccount, LedgerAccount.id == LedgerBalance.account_id)
            .where(LedgerAccount.key == key)
        )
    ).one_or_none()
    return None if row is None else (row.available_minor, row.version)


async def entries_of(session: AsyncSession, group_id: UUID) -> Sequence[tuple[str, int]]:
    rows = await session.execute(
        select(LedgerAccount.key, LedgerEntry.amount_minor)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerEntry.group_id == group_id)
        .order_by(LedgerAccount.key)
    )
    return [(row.key, row.amount_minor) for row in rows]


async def settle(session: AsyncSession) -> None:
    """Run the deferred triggers now."""
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))


async def test_a_fact_is_posted_once(session: AsyncSession, now: datetime) -> None:
    first = await write(session, now, "a", (chart.EXPENSE_TRAINERS, 800), (PAYABLE, -800))
    again = await write(session, now, "a", (chart.EXPENSE_TRAINERS, 800), (PAYABLE, -800))
    await settle(session)
    assert first == again
    assert await session.scalar(select(func.count()).select_from(PostingGroup)) == 1
    assert await entries_of(session, first) == [(chart.EXPENSE_TRAINERS, 800), (PAYABLE, -800)]
    assert await available(session, PAYABLE) == (800, 1)


async def test_hot_accounts_have_no_balance_row(session: AsyncSession, now: datetime) -> None:
    await write(session, now, "a", (chart.BANK, 500), (chart.INCOME_SERVICES, -500))
    assert await available(session, chart.BANK) is None
    assert await available(session, chart.INCOME_SERVICES) is None


async def test_what_was_owed_moves_to_what_is_under_way(
    session: AsyncSession, now: datetime
) -> None:
    await write(session, now, "a", (chart.EXPENSE_TRAINERS, 800), (PAYABLE, -800))
    await write(session, now, "b", (PAYABLE, 300), (PAYING, -300))
    assert await available(session, PAYABLE) == (500, 2)
    assert await available(session, PAYING) == (300, 1)


async def test_overdrawing_is_refused_and_leaves_no_trace(
    session: AsyncSession, now: datetime
) -> None:
    await write(session, now, "a", (chart.EXPENSE_TRAINERS, 800), (PAYABLE, -800))
    with pytest.raises(LedgerOverdrawn):
        await write(session, now, "b", (PAYABLE, 801), (PAYING, -801))
    await settle(session)
    assert await available(session, PAYABLE) == (800, 1)
    assert await session.scalar(select(func.count()).select_from(PostingGroup)) == 1


async def test_entries_of_one_account_count_together(session: AsyncSession, now: datetime) -> None:
    """First down and then up within a group is no overdraft."""
    id_ = await write(
        session, now, "a", (PAYABLE, 800), (PAYABLE, -900), (chart.EXPENSE_TRAINERS, 100)
    )
    assert await entries_of(session, id_) == [(chart.EXPENSE_TRAINERS, 100), (PAYABLE, -100)]


async def test_a_reversal_cancels_and_happens_once(session: AsyncSession, now: datetime) -> None:
    first = await write(session, now, "a", (chart.EXPENSE_TRAINERS, 800), (PAYABLE, -800))
    reversal = await undo(session, first, now, "r")
    assert await undo(session, first, now, "r") == reversal
    with pytest.raises(AlreadyReversed):
        await undo(session, first, now, "another")
    await settle(session)
    assert await entries_of(session, reversal) == [(chart.EXPENSE_TRAINERS, -800), (PAYABLE, 800)]
    assert await available(session, PAYABLE) == (0, 2)


async def test_money_that_moved_on_cannot_be_reversed(session: AsyncSession, now: datetime) -> None:
    first = await write(session, now, "a", (chart.EXPENSE_TRAINERS, 800), (PAYABLE, -800))
    await write(session, now, "b", (PAYABLE, 1), (PAYING, -1))
    with pytest.raises(LedgerOverdrawn):
        await undo(session, first, now, "r")
    with pytest.raises(NotFound):
        await undo(session, uuid4(), now, "r")


async def test_the_database_refuses_an_uneven_group(session: AsyncSession, now: datetime) -> None:
    id_ = await write(session, now, "a", (chart.BANK, 5), (chart.INCOME_SERVICES, -5))
    account = await session.scalar(select(LedgerEntry.account_id).limit(1))
    session.add(
        LedgerEntry(id=new_id(), group_id=id_, account_id=account, currency="USD", amount_minor=1)
    )
    await session.flush()
    with pytest.raises(IntegrityError, match="does not balance"):
        await settle(session)


async def test_the_database_refuses_an_empty_group(session: AsyncSession, now: datetime) -> None:
    session.add(
        PostingGroup(
            id=new_id(), source="s", key="k", description="d", effective_at=now, recorded_at=now
        )
    )
    await session.flush()
    with pytest.raises(IntegrityError, match="has no two entries"):
        await settle(session)


async def test_the_database_refuses_a_foreign_currency(
    session: AsyncSession, now: datetime
) -> None:
    id_ = await write(session, now, "a", (chart.BANK, 5), (chart.INCOME_SERVICES, -5))
    account = await session.scalar(select(LedgerEntry.account_id).limit(1))
    session.add(
        LedgerEntry(id=new_id(), group_id=id_, account_id=account, currency="EUR", amount_minor=1)
    )
    with pytest.raises(IntegrityError, match="currency differs"):
        await session.flush()


async def test_the_database_refuses_a_negative_balance(
    session: AsyncSession, now: datetime
) -> None:
    await write(session, now, "a", (chart.EXPENSE_TRAINERS, 8), (PAYABLE, -8))
    with pytest.raises(IntegrityError, match="ck_ledger_balances_available"):
        await session.execute(text("UPDATE ledger_balances SET available_minor = -1"))


@pytest.mark.parametrize("table", ["ledger_entries", "posting_groups"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"],
)
async def test_nothing_is_rewritten(
    session: AsyncSession, now: datetime, table: str, statement: str
) -> None:
    await write(session, now, "a", (chart.BANK, 5), (chart.INCOME_SERVICES, -5))
    await settle(session)
    with pytest.raises(DBAPIError, match="append-only"):
        await session.execute(text(statement.format(table)))
