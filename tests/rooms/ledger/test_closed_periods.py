"""A closed month takes no more postings: late facts go into the next open one, with their date."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain import periods as months
from app.domain.actor import FinanceActor
from app.domain.periods import PeriodEvent, PeriodState
from app.kit.ids import new_id
from app.ledger import chaining, periods, posting, proof
from app.ledger.posting import Entry
from app.ledger.refusals import (
    EarlierPeriodOpen,
    LaterPeriodClosed,
    PeriodHasOpenItems,
    PeriodNotClosed,
    PeriodNotOver,
)
from app.ledger.tables import PostingGroup
from app.reconciling import closing
from app.reconciling.tables import ReconciliationDifference
from tests.factories import people

SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))
IN_OCTOBER = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FREE = (chart.BANK, chart.INCOME_SERVICES)


async def write(
    session: AsyncSession,
    key: str,
    at: datetime,
    minor: int = 5,
    accounts: tuple[str, str] = FREE,
) -> PostingGroup:
    group_id = await posting.post(
        session, source="test", key=key, description="d", effective_at=at, now=NOW,
        entries=[Entry(accounts[0], "USD", minor), Entry(accounts[1], "USD", -minor)],
    )  # fmt: skip
    return (await session.scalars(select(PostingGroup).where(PostingGroup.id == group_id))).one()


async def finance(session: AsyncSession) -> FinanceActor:
    return FinanceActor((await people.user(session, now=NOW, door="finance")).id)


async def close(
    session: AsyncSession, actor: FinanceActor, month: date, reason: str | None = None
) -> None:
    await closing.close_period(session, actor, month, reason=reason, now=NOW)


async def test_a_late_fact_is_booked_in_the_next_open_month_with_its_own_date(
    session: AsyncSession,
) -> None:
    actor = await finance(session)
    await write(session, "in time", IN_OCTOBER)
    await close(session, actor, OCTOBER)
    late = await write(session, "late", IN_OCTOBER - timedelta(days=3))
    assert late.effective_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert late.late_for_at == IN_OCTOBER - timedelta(days=3)
    assert (await write(session, "late", IN_OCTOBER)).id == late.id
    on_time = await write(session, "on time", NOW)
    assert (on_time.effective_at, on_time.late_for_at) == (NOW, None)
    assert await chaining.extend(session) == 3
    for identity in await proof.prove(session):
        assert identity.holds, identity
    found = {each.month_on: each for each in await periods.list_periods(session)}
    assert (found[OCTOBER].state, found[OCTOBER].posting_count) == (PeriodState.CLOSED, 1)
    assert (found[NOVEMBER].state, found[NOVEMBER].posting_count) == (PeriodState.OPEN, 2)


async def test_its_own_date_is_in_the_chain(session: AsyncSession) -> None:
    actor = await finance(session)
    await write(session, "in time", IN_OCTOBER)
    await close(session, actor, OCTOBER)
    late = await write(session, "late", IN_OCTOBER)
    await chaining.extend(session)
    await session.execute(text("SET session_replication_role = replica"))
    await session.execute(
        text("UPDATE posting_groups SET late_for_at = NULL WHERE id = :id"), {"id": late.id}
    )
    (breach,) = (await proof.prove_chain(session)).breaches
    assert str(late.id) in breach


async def test_the_database_refuses_what_goes_past_the_verb(session: AsyncSession) -> None:
    await write(session, "in time", IN_OCTOBER)
    await close(session, await finance(session), OCTOBER)
    row = {"id": new_id(), "source": "x", "key": "x", "description": "d",
           "effective_at": IN_OCTOBER, "recorded_at": NOW}  # fmt: skip
    with pytest.raises(DBAPIError, match="is closed"):
        async with session.begin_nested():
            await session.execute(insert(PostingGroup).values(row))
    with pytest.raises(DBAPIError, match="append-only"):
        async with session.begin_nested():
            await session.execute(text("DELETE FROM ledger_period_steps"))


async def test_months_are_closed_in_order_and_reopened_backwards_with_a_reason(
    session: AsyncSession,
) -> None:
    actor = await finance(session)
    await write(session, "a", IN_OCTOBER - timedelta(days=40))
    await write(session, "b", IN_OCTOBER)
    with pytest.raises(PeriodNotOver):
        await close(session, actor, NOVEMBER)
    with pytest.raises(EarlierPeriodOpen):
        await close(session, actor, OCTOBER)
    for month in (SEPTEMBER, OCTOBER, OCTOBER):
        await close(session, actor, month)
    with pytest.raises(LaterPeriodClosed):
        await periods.reopen(session, actor, SEPTEMBER, reason="r", now=NOW)
    with pytest.raises(PeriodNotClosed):
        await periods.reopen(session, actor, NOVEMBER, reason="r", now=NOW)
    await periods.reopen(session, actor, OCTOBER, reason="The auditor asked.", now=NOW)
    assert (await write(session, "c", IN_OCTOBER)).late_for_at is None
    await close(session, actor, OCTOBER)
    assert [(s.event, s.reason) for s in await periods.steps_of(session, OCTOBER)] == [
        (PeriodEvent.CLOSED, None),
        (PeriodEvent.REOPENED, "The auditor asked."),
        (PeriodEvent.CLOSED, None),
    ]
    assert (await periods.get_period(session, OCTOBER)).posting_count == 2
    assert (await periods.get_period(session, date(2025, 1, 1))).state is PeriodState.OPEN


async def test_what_is_open_keeps_it_from_closing_unless_somebody_says_why(
    session: AsyncSession,
) -> None:
    actor = await finance(session)
    transit = (chart.bank_transit("acct_1"), chart.BANK)
    await write(session, "leaves", IN_OCTOBER, 700, transit)
    await write(session, "arrives", NOW - timedelta(days=20), -600, transit)
    await write(session, "leaves later", NOW - timedelta(days=1), 9_000, transit)
    session.add(
        ReconciliationDifference(
            id=new_id(), fingerprint="f", kind="amount_differs", account="platform",
            reference="txn_1", currency="USD", provider_minor=1, ledger_minor=2, cause="unknown",
            happened_at=IN_OCTOBER, first_seen_at=NOW, last_seen_at=NOW,
        )
    )  # fmt: skip
    await session.flush()
    with pytest.raises(PeriodHasOpenItems) as refused:
        await close(session, actor, OCTOBER)
    balance, difference = refused.value.errors
    assert (balance.code, difference.code) == ("clearing_not_zero", "difference_open")
    assert "asset:transit:bank_payout:acct_1 still holds 1.00 USD" in balance.en
    assert "1,00 USD" in balance.de
    assert "txn_1" in difference.en
    await close(session, actor, OCTOBER, "The bank owes a letter.")
    await close(session, actor, OCTOBER)
    (step,) = await periods.steps_of(session, OCTOBER)
    assert step.reason == "The bank owes a letter."
    assert [next(iter(item)) for item in step.open_items] == ["clearing", "difference"]
    # What came in November has cleared the rest of October: the oldest goes first.
    await write(session, "arrives too", NOW, -100, transit)
    assert await periods.open_balances(session, OCTOBER) == []
    assert [b.amount_minor for b in await periods.open_balances(session, NOVEMBER)] == [9_000]


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 12, 31), date(2028, 2, 29)])
async def test_the_database_knows_the_months_of_the_domain(
    session: AsyncSession, day: date
) -> None:
    """At the bounds, in zones that have another day by then."""
    midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
    for away in (-timedelta(microseconds=1), timedelta(0)):
        for hours in (-11, 0, 14):
            at = (midnight + away).astimezone(timezone(timedelta(hours=hours)))
            known = await session.scalar(select(func.ledger_month(at)))
            assert known == months.month_of(at)
