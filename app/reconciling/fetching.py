"""Fetching the provider's statement, page by page. Called from jobs only.

No transaction is open while the provider is asked. A page is kept together with the place of the
next one, so that a killed fetch goes on there; a page fetched twice is kept once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import reconciling
from app.domain.reconciling import PLATFORM
from app.gateways.statements import StatementEntry as Said
from app.gateways.statements import Statements
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.payouts.tables import PayoutAccount
from app.reconciling.tables import StatementEntry, StatementWatermark

# A line may show up late; what is known already is not kept twice.
OVERLAP = timedelta(days=2)
_BEGINNING = datetime(2011, 1, 1, tzinfo=UTC)  # before the provider had any statement


@dataclass(frozen=True, slots=True)
class _Window:
    """A fetch under way: back to `since_at`, everything that happened before `opened_at`."""

    opened_at: datetime
    since_at: datetime
    cursor: str | None


async def accounts(session: AsyncSession) -> list[str]:
    """Every account whose statement is ours to read: the platform's first, then the payees'."""
    found = await session.scalars(
        select(PayoutAccount.provider_account_id)
        .where(PayoutAccount.provider_account_id.is_not(None))
        .order_by(PayoutAccount.provider_account_id)
    )
    return [PLATFORM, *(account for account in found if account)]


def asked_of(account: str) -> str | None:
    """The account in the gateway's words: None is the platform's."""
    return None if account == PLATFORM else account


async def fetch(database: Database, statements: Statements, account: str, *, clock: Clock) -> None:
    """Bring our copy of an account's statement up to now. Raises PaymentsUnavailable."""
    async with database.begin() as session:
        window = await _open(session, account, now=clock.now())
    cursor = window.cursor
    while True:
        page = await statements.entries(asked_of(account), since=window.since_at, after=cursor)
        async with database.begin() as session:
            await _keep(session, account, page.entries, now=clock.now())
            await _move_on(session, account, window, page.cursor)
        if page.cursor is None:
            return
        cursor = page.cursor


async def _open(session: AsyncSession, account: str, *, now: datetime) -> _Window:
    """The window of a fetch that was cut short, or a new one."""
    await session.execute(
        insert(StatementWatermark).values(account=account).on_conflict_do_nothing()
    )
    mark = await session.get_one(StatementWatermark, account, with_for_update=True)
    if mark.window_opened_at is None or mark.window_since_at is None:
        mark.window_opened_at = now
        mark.window_since_at = mark.asked_at - OVERLAP if mark.asked_at else _BEGINNING
        mark.cursor = None
    return _Window(mark.window_opened_at, mark.window_since_at, mark.cursor)


async def _keep(
    session: AsyncSession, account: str, entries: Sequence[Said], *, now: datetime
) -> None:
    if not entries:
        return
    rows = [
        {
            "id": new_id(),
            "account": account,
            "provider_id": said.provider_id,
            "kind": said.kind,
            "category": said.category,
            "source_id": said.source_id,
            "reference": reconciling.reference_of(
                said.kind,
                said.source_id,
                said.origin_id,
                said.provider_id,
                category=said.category,
            ),
            "gross_minor": said.gross_minor,
            "fee_minor": said.fee_minor,
            "net_minor": said.net_minor,
            "currency": said.currency,
            "happened_at": said.happened_at,
            "available_at": said.available_at,
            "fetched_at": now,
        }
        for said in entries
    ]
    await session.execute(insert(StatementEntry).values(rows).on_conflict_do_nothing())


async def _move_on(
    session: AsyncSession, account: str, window: _Window, cursor: str | None
) -> None:
    """Note the next page, or that the window is done. Another fetch's window is left alone."""
    done = {"asked_at": window.opened_at, "window_opened_at": None, "window_since_at": None}
    await session.execute(
        update(StatementWatermark)
        .where(
            StatementWatermark.account == account,
            StatementWatermark.window_opened_at == window.opened_at,
        )
        .values(cursor=cursor, **(done if cursor is None else {}))
    )
