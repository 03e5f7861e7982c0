"""Writing into the books: post a group once, reverse a group once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, posting
from app.domain.posting import Entry as Entry
from app.domain.refusals import NotFound
from app.kit.ids import new_id
from app.ledger.refusals import AlreadyReversed, LedgerOverdrawn
from app.ledger.tables import LedgerAccount, LedgerEntry

_POST = (
    "SELECT outcome, posted_id"
    " FROM ledger_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
)


@dataclass(frozen=True, slots=True)
class _Fact:
    """A group about to be written."""

    source: str
    key: str
    description: str
    effective_at: datetime
    recorded_at: datetime
    reverses_group_id: UUID | None = None


async def post(
    session: AsyncSession,
    *,
    source: str,
    key: str,
    description: str,
    effective_at: datetime,
    now: datetime,
    entries: Iterable[Entry],
) -> UUID:
    """Write one group and return its id. A known (source, key) returns its id and writes nothing.

    A date in a closed month becomes the start of the next open one, with `late_for_at` beside it.
    Entries of one account are merged and zeros left out; accounts are opened on first use. Raises
    UnbalancedPosting (our defect) for a group that does not sum to zero per currency, and
    LedgerOverdrawn when an authorising account would go below zero; then nothing was written.
    """
    fact = _Fact(source, key, description, effective_at, now)
    return await _write(session, fact, posting.balanced(entries))


async def reverse(
    session: AsyncSession,
    group_id: UUID,
    *,
    source: str,
    key: str,
    description: str,
    effective_at: datetime,
    now: datetime,
) -> UUID:
    """Write the mirror image of a group and return its id; idempotent by (source, key) like `post`.

    Raises NotFound for an unknown group, AlreadyReversed when another (source, key) has reversed
    it, LedgerOverdrawn when the money has moved on.
    """
    rows = await session.execute(
        select(LedgerAccount.key, LedgerAccount.currency, LedgerEntry.amount_minor)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerEntry.group_id == group_id)
    )
    entries = [Entry(row.key, row.currency, row.amount_minor) for row in rows]
    if not entries:
        raise NotFound
    fact = _Fact(source, key, description, effective_at, now, reverses_group_id=group_id)
    return await _write(session, fact, posting.balanced(posting.mirrored(entries)))


async def _write(session: AsyncSession, fact: _Fact, entries: Sequence[Entry]) -> UUID:
    """One call of `ledger_post`, which opens accounts in key order, locks balances in key order
    before it writes anything, and finds a rival's group after it has waited for it."""
    await session.flush()
    connection = await session.connection()
    keys = [entry.account_key for entry in entries]
    said = await connection.exec_driver_sql(
        _POST,
        (
            new_id(),
            fact.source,
            fact.key,
            fact.description,
            fact.effective_at,
            fact.recorded_at,
            fact.reverses_group_id,
            keys,
            [entry.currency for entry in entries],
            [entry.amount_minor for entry in entries],
            [chart.kind_of(key) for key in keys],
            [
                posting.raises_available(entry.account_key, entry.amount_minor)
                if chart.authorises(entry.account_key)
                else None
                for entry in entries
            ],
            [new_id() for _ in entries],
            [new_id() for _ in entries],
        ),
    )
    row = said.one()
    if row.outcome == "reversed":
        raise AlreadyReversed
    if row.outcome == "overdrawn":
        raise LedgerOverdrawn
    group_id: UUID = row.posted_id
    return group_id
