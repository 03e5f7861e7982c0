"""Reading the books. Only finance sees them; other rooms ask for balances by account key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.paging import Cut, Page, cut, paged
from app.ledger.tables import (
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerSnapshot,
    PostingGroup,
)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`balance_minor`: the sum of all entries, debit positive. `available_minor`: what may still
    be taken, None for an account that does not authorise."""

    id: UUID
    key: str
    kind: str
    currency: str
    balance_minor: int
    available_minor: int | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One side of a posting: debit positive, credit negative."""

    account_key: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PostingFacts:
    """A group with its entries in account-key order."""

    id: UUID
    source: str
    key: str
    description: str
    effective_at: datetime
    recorded_at: datetime
    reverses_group_id: UUID | None
    late_for_at: datetime | None
    entries: Sequence[EntryFacts]


def _total() -> ColumnElement[int]:
    """The debit-positive sum of all entries of the account that is selected: the newest snapshot,
    and what came after it."""
    newest = (
        select(LedgerSnapshot.before_id, LedgerSnapshot.balance_minor)
        .where(LedgerSnapshot.account_id == LedgerAccount.id)
        .order_by(LedgerSnapshot.before_id.desc())
        .limit(1)
        .correlate(LedgerAccount)
    )
    from_id = func.coalesce(newest.with_only_columns(LedgerSnapshot.before_id).scalar_subquery(),
                            UUID(int=0))  # fmt: skip
    before = newest.with_only_columns(LedgerSnapshot.balance_minor).scalar_subquery()
    tail = (
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0))
        .where(LedgerEntry.account_id == LedgerAccount.id, LedgerEntry.id >= from_id)
        .correlate(LedgerAccount)
        .scalar_subquery()
    )
    return func.coalesce(before, 0) + tail


async def balances(
    session: AsyncSession, account_keys: Iterable[str]
) -> dict[tuple[str, str], int]:
    """Debit-positive sums by (account key, currency); an account without entries is not there."""
    rows = await session.execute(
        select(LedgerAccount.key, LedgerAccount.currency, _total())
        .where(LedgerAccount.key.in_(list(account_keys)))
        .where(select(LedgerEntry.id).where(LedgerEntry.account_id == LedgerAccount.id).exists())
    )
    return {(key, currency): int(total) for key, currency, total in rows}


async def available(session: AsyncSession, account_key: str, currency: str) -> int:
    """What may still be taken from an authorising account; 0 if it was never used."""
    found = await session.scalar(
        select(LedgerBalance.available_minor)
        .join(LedgerAccount, LedgerAccount.id == LedgerBalance.account_id)
        .where(LedgerAccount.key == account_key, LedgerAccount.currency == currency)
    )
    return found or 0


async def list_accounts(
    session: AsyncSession,
    page: Cut,
    *,
    starts_with: str | None = None,
    currency: str | None = None,
) -> Page[AccountFacts]:
    """Accounts, newest first, with their balances."""
    asked = select(
        LedgerAccount.id,
        LedgerAccount.key,
        LedgerAccount.kind,
        LedgerAccount.currency,
        _total().label("balance_minor"),
        LedgerBalance.available_minor,
        LedgerAccount.opened_at,
    ).outerjoin(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
    if starts_with is not None:
        asked = asked.where(LedgerAccount.key.startswith(starts_with, autoescape=True))
    if currency is not None:
        asked = asked.where(LedgerAccount.currency == currency)
    rows = await session.execute(cut(asked, LedgerAccount.opened_at, LedgerAccount.id, page))
    found = [
        AccountFacts(
            id=row.id,
            key=row.key,
            kind=row.kind,
            currency=row.currency,
            balance_minor=int(row.balance_minor),
            available_minor=row.available_minor,
            opened_at=row.opened_at,
        )
        for row in rows
    ]
    return paged(found, page, lambda account: (account.opened_at, account.id))


async def list_postings(
    session: AsyncSession,
    page: Cut,
    *,
    account_key: str | None = None,
    source: str | None = None,
) -> Page[PostingFacts]:
    """Groups with all their entries, last recorded first; those that touch an account, if asked."""
    asked = select(
        PostingGroup.id,
        PostingGroup.source,
        PostingGroup.key,
        PostingGroup.description,
        PostingGroup.effective_at,
        PostingGroup.recorded_at,
        PostingGroup.reverses_group_id,
        PostingGroup.late_for_at,
    )
    if account_key is not None:
        touching = (
            select(LedgerEntry.group_id)
            .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
            .where(LedgerAccount.key == account_key)
        )
        asked = asked.where(PostingGroup.id.in_(touching))
    if source is not None:
        asked = asked.where(PostingGroup.source == source)
    rows = (
        await session.execute(cut(asked, PostingGroup.recorded_at, PostingGroup.id, page))
    ).all()
    entries = await _entries(session, [row.id for row in rows])
    found = [
        PostingFacts(
            id=row.id,
            source=row.source,
            key=row.key,
            description=row.description,
            effective_at=row.effective_at,
            recorded_at=row.recorded_at,
            reverses_group_id=row.reverses_group_id,
            late_for_at=row.late_for_at,
            entries=entries.get(row.id, ()),
        )
        for row in rows
    ]
    return paged(found, page, lambda posting: (posting.recorded_at, posting.id))


async def _entries(
    session: AsyncSession, group_ids: Sequence[UUID]
) -> dict[UUID, list[EntryFacts]]:
    rows = await session.execute(
        select(
            LedgerEntry.group_id,
            LedgerAccount.key,
            LedgerEntry.currency,
            LedgerEntry.amount_minor,
        )
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.group_id.in_(group_ids))
        .order_by(LedgerAccount.key, LedgerEntry.currency)
    )
    found: dict[UUID, list[EntryFacts]] = {}
    for row in rows:
        found.setdefault(row.group_id, []).append(
            EntryFacts(row.key, row.currency, row.amount_minor)
        )
    return found
