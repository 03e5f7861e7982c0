"""Reading reconciliation: the last run, its balances, what stands open and what has gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, reconciling
from app.domain.reconciling import Cause, DifferenceKind, Standing
from app.domain.refusals import NotFound
from app.kit.paging import Cut, Page, cut, paged
from app.reconciling.tables import (
    ReconciliationBalance,
    ReconciliationDifference,
    ReconciliationRun,
)

_MOST_STANDING = 200
# Accounts that are passed through: what stands there too long has got stuck. What comes in is
# settled first in, first out, so that what stands is the newest of its sign, up to the balance. A
# busy account's entries are read from the newest on and no further than that; of more than ten
# thousand that stand the oldest are not looked for.
_STANDING = text(
    """
WITH clearing AS (
  SELECT id, key, currency FROM ledger_accounts WHERE key ~ :clearing
), standing AS (
  SELECT c.id, c.key, c.currency, sum(e.amount_minor)::bigint AS balance
  FROM clearing c JOIN ledger_entries e ON e.account_id = c.id
  GROUP BY c.id, c.key, c.currency HAVING sum(e.amount_minor) <> 0
)
SELECT s.key, s.currency, s.balance, oldest.at
FROM standing s
CROSS JOIN LATERAL (
  SELECT min(g.recorded_at) AS at
  FROM (SELECT e.group_id, sum(abs(e.amount_minor)) OVER (ORDER BY e.id DESC)
                           - abs(e.amount_minor) AS newer
        FROM ledger_entries e
        WHERE e.account_id = s.id AND sign(e.amount_minor) = sign(s.balance)
        ORDER BY e.id DESC LIMIT 10000) part
  JOIN posting_groups g ON g.id = part.group_id
  WHERE part.newer < abs(s.balance)
) oldest
ORDER BY oldest.at, s.key LIMIT :most
"""
)
_ON_THEIR_WAY = text(
    """
SELECT a.currency, sum(e.amount_minor)::bigint AS minor
FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
WHERE a.key = :own OR starts_with(a.key, :transit)
GROUP BY a.currency HAVING sum(e.amount_minor) <> 0
"""
)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run and how far it is. `problem`: what the provider answered instead of a statement."""

    id: UUID
    state: str
    ordered_at: datetime
    finished_at: datetime | None
    accounts_total: int
    accounts_done: int
    lines_compared: int
    lines_matched: int
    differences_open: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class BalanceFacts:
    """A balance at the provider beside ours, minor units."""

    account: str
    bucket: str
    currency: str
    provider_minor: int
    ledger_minor: int

    @property
    def difference_minor(self) -> int:
        return self.provider_minor - self.ledger_minor


@dataclass(frozen=True, slots=True)
class DifferenceFacts:
    """What the two sides do not say alike. Sums are nets, with the fees that made them less."""

    id: UUID
    kind: DifferenceKind
    account: str
    reference: str
    provider_entry_id: str | None
    posting_group_id: UUID | None
    currency: str
    ledger_currency: str | None
    provider_minor: int | None
    provider_fee_minor: int | None
    ledger_minor: int | None
    ledger_fee_minor: int | None
    cause: Cause
    happened_at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The last finished run, its balances, and what stands on clearing accounts right now.

    `open_now` counts open differences, `oldest_at` is the first day of the oldest.
    """

    run: RunFacts | None
    balances: Sequence[BalanceFacts]
    standings: Sequence[Standing]
    open_now: int
    oldest_at: datetime | None

    @property
    def is_reconciled(self) -> bool:
        """Compared at least once, with nothing open and every balance the same."""
        even = all(each.difference_minor == 0 for each in self.balances)
        return self.run is not None and self.open_now == 0 and even


async def get_run(session: AsyncSession, run_id: UUID) -> RunFacts:
    """One run. Raises NotFound."""
    row = await session.get(ReconciliationRun, run_id, populate_existing=True)
    if row is None:
        raise NotFound
    return _run(row)


def _run(row: ReconciliationRun) -> RunFacts:
    return RunFacts(
        row.id,
        row.state,
        row.ordered_at,
        row.finished_at,
        row.accounts_total,
        row.accounts_done,
        row.lines_compared,
        row.lines_matched,
        row.differences_open,
        row.problem,
    )


async def overview(session: AsyncSession) -> Overview:
    """Where reconciliation stands."""
    run = await session.scalar(
        select(ReconciliationRun)
        .where(ReconciliationRun.state == "finished")
        .order_by(ReconciliationRun.finished_at.desc())
        .limit(1)
    )
    count, oldest = (
        await session.execute(
            select(func.count(), func.min(ReconciliationDifference.first_seen_at)).where(
                ReconciliationDifference.resolved_at.is_(None)
            )
        )
    ).one()
    return Overview(
        _run(run) if run else None,
        await _balances(session, run.id) if run else (),
        await standings(session),
        count,
        oldest,
    )


async def _balances(session: AsyncSession, run_id: UUID) -> Sequence[BalanceFacts]:
    """The platform's first, then payees' that differ, then the others; at most 100."""
    table = ReconciliationBalance
    rows = await session.scalars(
        select(table)
        .where(table.run_id == run_id)
        .order_by(
            table.account != reconciling.PLATFORM,
            table.provider_minor == table.ledger_minor,
            table.account,
            table.bucket,
            table.currency,
        )
        .limit(100)
    )
    return [
        BalanceFacts(row.account, row.bucket, row.currency, row.provider_minor, row.ledger_minor)
        for row in rows
    ]


async def standings(session: AsyncSession) -> list[Standing]:
    """What stands on accounts that must reach zero, and since when; the 200 oldest."""
    rows = await session.execute(_STANDING, {"clearing": chart.CLEARING, "most": _MOST_STANDING})
    return [Standing(row.key, row.currency, row.balance, row.at) for row in rows]


async def on_their_way(session: AsyncSession) -> dict[str, int]:
    """What is between Stripe and banks, ours and payees', by currency."""
    rows = await session.execute(
        _ON_THEIR_WAY, {"own": chart.OWN_TRANSIT, "transit": chart.bank_transit("")}
    )
    return {row.currency: row.minor for row in rows}


async def list_differences(
    session: AsyncSession, page: Cut, *, is_open: bool | None = True
) -> Page[DifferenceFacts]:
    """Differences, last seen first time first. `is_open` None: those that have gone as well."""
    table = ReconciliationDifference
    asked = select(table)
    if is_open is not None:
        asked = asked.where(
            table.resolved_at.is_(None) if is_open else table.resolved_at.is_not(None)
        )
    rows = (await session.scalars(cut(asked, table.first_seen_at, table.id, page))).all()
    return paged(
        [_difference(row) for row in rows], page, lambda each: (each.first_seen_at, each.id)
    )


def _difference(row: ReconciliationDifference) -> DifferenceFacts:
    return DifferenceFacts(
        id=row.id,
        kind=DifferenceKind(row.kind),
        account=row.account,
        reference=row.reference,
        provider_entry_id=row.provider_entry_id,
        posting_group_id=row.posting_group_id,
        currency=row.currency,
        ledger_currency=row.ledger_currency,
        provider_minor=row.provider_minor,
        provider_fee_minor=row.provider_fee_minor,
        ledger_minor=row.ledger_minor,
        ledger_fee_minor=row.ledger_fee_minor,
        cause=Cause(row.cause),
        happened_at=row.happened_at,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        resolved_at=row.resolved_at,
    )


async def wants_a_person(session: AsyncSession, run_id: UUID, *, now: datetime) -> bool:
    """Whether something is there that does not go away by itself: a difference that is not merely
    on its way, a balance that differs, or money that has stood too long on a clearing account."""
    table = ReconciliationDifference
    is_young = table.cause == Cause.UNDER_WAY.value
    differs = exists().where(table.resolved_at.is_(None), ~is_young)
    under_way = exists().where(table.resolved_at.is_(None), is_young)
    uneven = exists().where(
        ReconciliationBalance.run_id == run_id,
        ReconciliationBalance.provider_minor != ReconciliationBalance.ledger_minor,
    )
    # What is on its way makes balances differ as well; it will be looked at again tomorrow.
    if await session.scalar(select(differs | (uneven & ~under_way))):
        return True
    before = now - reconciling.CLEARING_WATCHED_AFTER
    return any(each.since_at < before for each in await standings(session))


@dataclass(frozen=True, slots=True)
class TotalFacts:
    """The balances of a run by bucket and currency: what payees hold is one sum."""

    bucket: str
    currency: str
    provider_minor: int
    ledger_minor: int


async def totals(session: AsyncSession, run_id: UUID) -> list[TotalFacts]:
    """A run's balances summed: available, pending, held."""
    table = ReconciliationBalance
    rows = await session.execute(
        select(
            table.bucket,
            table.currency,
            func.sum(table.provider_minor),
            func.sum(table.ledger_minor),
        )
        .where(table.run_id == run_id)
        .group_by(table.bucket, table.currency)
        .order_by(table.currency, table.bucket)
    )
    return [TotalFacts(row[0], row[1], int(row[2]), int(row[3])) for row in rows]


async def history(session: AsyncSession, *, limit: int = 14) -> list[RunFacts]:
    """The last finished runs, oldest first."""
    rows = await session.scalars(
        select(ReconciliationRun)
        .where(ReconciliationRun.state == "finished")
        .order_by(ReconciliationRun.finished_at.desc())
        .limit(limit)
    )
    return [_run(row) for row in reversed(rows.all())]
