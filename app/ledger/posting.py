"""Writing into the books: post a group once, reverse a group once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, case, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, posting
from app.domain.posting import Entry as Entry
from app.domain.refusals import NotFound
from app.kit.ids import new_id
from app.ledger.refusals import AlreadyReversed, LedgerOverdrawn
from app.ledger.tables import LedgerAccount, LedgerBalance, LedgerEntry, PostingGroup

Place = tuple[str, str]


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
    """Balances are locked before the group is written, so that a refusal leaves no trace."""
    known = await _find(session, fact)
    if known:
        return known
    accounts = await _accounts(session, entries, fact.recorded_at)
    gains = {
        accounts[entry.account_key, entry.currency]: posting.raises_available(
            entry.account_key, entry.amount_minor
        )
        for entry in entries
        if chart.authorises(entry.account_key)
    }
    if gains:
        held = await _lock(session, list(gains))
        if any(held[account_id] + gain < 0 for account_id, gain in gains.items()):
            # The money may be gone because this very fact was posted while we waited.
            known = await _find(session, fact)
            if known:
                return known
            raise LedgerOverdrawn
    group_id = await _open_group(session, fact)
    if group_id is None:
        known = await _find(session, fact)
        assert known is not None
        return known
    await session.execute(
        insert(LedgerEntry),
        [
            {
                "id": new_id(),
                "group_id": group_id,
                "account_id": accounts[entry.account_key, entry.currency],
                "currency": entry.currency,
                "amount_minor": entry.amount_minor,
            }
            for entry in entries
        ],
    )
    if gains:
        await _move(session, gains)
    return group_id


async def _find(session: AsyncSession, fact: _Fact) -> UUID | None:
    """The group of this fact. Raises AlreadyReversed if another one reversed the same group."""
    known = await session.scalar(
        select(PostingGroup.id).where(
            PostingGroup.source == fact.source, PostingGroup.key == fact.key
        )
    )
    if known is None and fact.reverses_group_id is not None:
        other = await session.scalar(
            select(PostingGroup.id).where(PostingGroup.reverses_group_id == fact.reverses_group_id)
        )
        if other is not None:
            raise AlreadyReversed
    return known


async def _open_group(session: AsyncSession, fact: _Fact) -> UUID | None:
    """Write the group's row; None when the same fact, or a rival reversal, was faster.

    The insert waits for a rival's commit, and the next statement then sees its row. It also holds
    the month open until this transaction ends: a month is closed before or after, not meanwhile.
    """
    at = select(func.ledger_open_at(bindparam("own", fact.effective_at)).label("at")).subquery()
    return await session.scalar(
        upsert(PostingGroup)
        .from_select(
            [
                "id",
                "source",
                "key",
                "description",
                "effective_at",
                "recorded_at",
                "reverses_group_id",
                "late_for_at",
            ],
            select(
                literal(new_id()),
                literal(fact.source),
                literal(fact.key),
                literal(fact.description),
                at.c.at,
                literal(fact.recorded_at),
                literal(fact.reverses_group_id, PostingGroup.reverses_group_id.type),
                case((at.c.at != fact.effective_at, literal(fact.effective_at))),
            ),
        )
        .on_conflict_do_nothing()
        .returning(PostingGroup.id)
    )


async def _accounts(
    session: AsyncSession, entries: Sequence[Entry], now: datetime
) -> dict[Place, UUID]:
    """Ids of the entries' accounts; missing ones are opened, in key order against deadlocks."""
    places = [(entry.account_key, entry.currency) for entry in entries]
    known = await _known_accounts(session, places)
    missing = [place for place in places if place not in known]
    if not missing:
        return known
    for key, currency in missing:
        await _open_account(session, key, currency, now)
    return await _known_accounts(session, places)


async def _known_accounts(session: AsyncSession, places: Sequence[Place]) -> dict[Place, UUID]:
    rows = await session.execute(
        select(LedgerAccount.key, LedgerAccount.currency, LedgerAccount.id).where(
            tuple_(LedgerAccount.key, LedgerAccount.currency).in_(places)
        )
    )
    return {(row.key, row.currency): row.id for row in rows}


async def _open_account(session: AsyncSession, key: str, currency: str, now: datetime) -> None:
    """Open an account, with an empty balance row if it authorises; a rival's is as good."""
    opened = await session.scalar(
        upsert(LedgerAccount)
        .values(
            id=new_id(),
            key=key,
            kind=chart.kind_of(key),
            currency=currency,
            authorises=chart.authorises(key),
            opened_at=now,
        )
        .on_conflict_do_nothing()
        .returning(LedgerAccount.id)
    )
    if opened is not None and chart.authorises(key):
        await session.execute(
            insert(LedgerBalance).values(account_id=opened, available_minor=0, version=0)
        )


async def _lock(session: AsyncSession, account_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Lock the balance rows in account-key order, so that two postings cannot wait in a circle."""
    rows = await session.execute(
        select(LedgerBalance.account_id, LedgerBalance.available_minor)
        .join(LedgerAccount, LedgerAccount.id == LedgerBalance.account_id)
        .where(LedgerBalance.account_id.in_(account_ids))
        .order_by(LedgerAccount.key, LedgerAccount.currency)
        .with_for_update(of=LedgerBalance)
    )
    return {row.account_id: row.available_minor for row in rows}


async def _move(session: AsyncSession, gains: dict[UUID, int]) -> None:
    """Move the locked balances by relative updates; the CHECK stands behind."""
    balances = LedgerBalance.__table__
    connection = await session.connection()
    await connection.execute(
        update(balances)  # type: ignore[arg-type]
        .where(balances.c.account_id == bindparam("of_account"))
        .values(
            available_minor=balances.c.available_minor + bindparam("gain"),
            version=balances.c.version + 1,
        ),
        [{"of_account": account_id, "gain": gain} for account_id, gain in gains.items()],
    )
