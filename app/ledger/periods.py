"""Closing a month of the books, and opening it again. Whoever closes has looked at what is open.

A posting holds its month with a shared lock until it commits, and closing asks for that lock alone:
what was written before is counted, what comes after goes into the next open month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, periods
from app.domain.actor import FinanceActor
from app.domain.periods import PeriodEvent, PeriodState
from app.kit.ids import new_id
from app.ledger.refusals import (
    EarlierPeriodOpen,
    LaterPeriodClosed,
    PeriodNotClosed,
    PeriodNotOver,
)
from app.ledger.tables import LedgerPeriod, LedgerPeriodStep, PostingGroup

# Of ledger_hold_month, with the days since 2000 beside it.
_LOCK = text("SELECT pg_advisory_xact_lock(7331013, CAST(:month AS date) - DATE '2000-01-01')")
_CLEARING = text(
    """
SELECT a.key, a.currency,
       coalesce(sum(e.amount_minor) FILTER (WHERE g.effective_at < :ends_at), 0) AS at_end,
       coalesce(sum(e.amount_minor) FILTER (WHERE g.effective_at >= :ends_at
                                            AND e.amount_minor > 0), 0) AS debits,
       coalesce(sum(e.amount_minor) FILTER (WHERE g.effective_at >= :ends_at
                                            AND e.amount_minor < 0), 0) AS credits
FROM ledger_accounts a
JOIN ledger_entries e ON e.account_id = a.id
JOIN posting_groups g ON g.id = e.group_id
WHERE a.key ~ :clearing
GROUP BY a.key, a.currency ORDER BY a.key, a.currency
"""
)


@dataclass(frozen=True, slots=True)
class OpenBalance:
    """What a month left on an account that must reach zero. Debit positive."""

    account_key: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """A month with postings, or one that was ever closed. `changed_at`: None if never closed."""

    month_on: date
    state: PeriodState
    posting_count: int
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepFacts:
    event: PeriodEvent
    reason: str | None
    open_items: Sequence[dict[str, Any]]
    by_user_id: UUID
    at: datetime


async def list_periods(session: AsyncSession) -> list[PeriodFacts]:
    """Every month that has postings or was closed, newest first."""
    month = func.ledger_month(PostingGroup.effective_at)
    counted = await session.execute(select(month, func.count()).group_by(month))
    held: dict[date, int] = dict(counted.all())
    rows = await session.execute(
        select(LedgerPeriod.month_on, LedgerPeriod.state, LedgerPeriod.changed_at)
    )
    known = {on: (PeriodState(state), at) for on, state, at in rows}
    return [
        PeriodFacts(on, state, held.get(on, 0), at)
        for on in sorted({*held, *known}, reverse=True)
        for state, at in [known.get(on, (PeriodState.OPEN, None))]
    ]


async def list_touched(session: AsyncSession, *, limit: int = 12) -> list[PeriodFacts]:
    """The newest months that were ever closed; without a look at the postings. One that is open
    again counts none."""
    rows = await session.scalars(
        select(LedgerPeriod).order_by(LedgerPeriod.month_on.desc()).limit(limit)
    )
    return [
        PeriodFacts(row.month_on, PeriodState(row.state), row.posting_count or 0, row.changed_at)
        for row in rows
    ]


async def get_period(session: AsyncSession, month_on: date) -> PeriodFacts:
    """One month; an open one without postings if nothing is known of it."""
    for found in await list_periods(session):
        if found.month_on == month_on:
            return found
    return PeriodFacts(month_on, PeriodState.OPEN, 0, None)


async def steps_of(session: AsyncSession, month_on: date) -> list[StepFacts]:
    """Who closed and reopened the month, oldest first."""
    rows = await session.scalars(
        select(LedgerPeriodStep)
        .where(LedgerPeriodStep.month_on == month_on)
        .order_by(LedgerPeriodStep.at, LedgerPeriodStep.id)
    )
    return [
        StepFacts(PeriodEvent(r.event), r.reason, r.open_items, r.by_user_id, r.at) for r in rows
    ]


async def open_balances(session: AsyncSession, month_on: date) -> list[OpenBalance]:
    """What the months up to this one left on clearing accounts, and nothing has cleared since."""
    ends_at = periods.starts_at(periods.month_after(month_on))
    rows = await session.execute(_CLEARING, {"ends_at": ends_at, "clearing": chart.CLEARING})
    found = [
        OpenBalance(
            row.key,
            row.currency,
            periods.still_open(int(row.at_end), int(row.debits), int(row.credits)),
        )
        for row in rows
    ]
    return [each for each in found if each.amount_minor]


async def hold(session: AsyncSession, month_on: date) -> None:
    """Wait for every posting in the month that is under way, and let none begin until the end of
    this transaction. Look at what is open after this, not before."""
    await session.execute(_LOCK, {"month": month_on})


async def close(
    session: AsyncSession,
    actor: FinanceActor,
    month_on: date,
    *,
    open_items: Sequence[dict[str, Any]],
    reason: str | None,
    now: datetime,
) -> bool:
    """Close a month that the caller holds; False when it is closed already.

    Raises PeriodNotOver, EarlierPeriodOpen.
    """
    if not periods.is_over(month_on, now):
        raise PeriodNotOver
    known = await list_periods(session)
    if any(p.month_on == month_on and p.state is PeriodState.CLOSED for p in known):
        return False
    for earlier in reversed(known):
        if earlier.month_on < month_on and earlier.state is PeriodState.OPEN:
            raise EarlierPeriodOpen(month=periods.written(earlier.month_on))
    count = next((p.posting_count for p in known if p.month_on == month_on), 0)
    await _enter(session, month_on, PeriodState.CLOSED, posting_count=count, now=now)
    await _note(
        session, actor, month_on, PeriodEvent.CLOSED, reason=reason, items=open_items, now=now
    )
    return True


async def reopen(
    session: AsyncSession, actor: FinanceActor, month_on: date, *, reason: str, now: datetime
) -> None:
    """Open the last closed month again; late facts stay where they were booked meanwhile.

    Raises PeriodNotClosed, LaterPeriodClosed.
    """
    await hold(session, month_on)
    closed = [
        found.month_on for found in await list_periods(session) if found.state is PeriodState.CLOSED
    ]
    if month_on not in closed:
        raise PeriodNotClosed
    if closed[0] != month_on:
        raise LaterPeriodClosed(month=periods.written(closed[0]))
    await _enter(session, month_on, PeriodState.OPEN, posting_count=None, now=now)
    await _note(session, actor, month_on, PeriodEvent.REOPENED, reason=reason, items=(), now=now)


async def _enter(
    session: AsyncSession,
    month_on: date,
    state: PeriodState,
    *,
    posting_count: int | None,
    now: datetime,
) -> None:
    values = {"state": state.value, "posting_count": posting_count, "changed_at": now}
    await session.execute(
        insert(LedgerPeriod)
        .values(month_on=month_on, **values)
        .on_conflict_do_update(index_elements=["month_on"], set_=values)
    )


async def _note(
    session: AsyncSession,
    actor: FinanceActor,
    month_on: date,
    event: PeriodEvent,
    *,
    reason: str | None,
    items: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    session.add(
        LedgerPeriodStep(
            id=new_id(),
            month_on=month_on,
            event=event.value,
            reason=reason,
            open_items=list(items),
            by_user_id=actor.user_id,
            at=now,
        )
    )
    await session.flush()
