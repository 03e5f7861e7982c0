"""Postings for what begins at the provider: top-ups, payouts of our own balance, its separate fees.

No other room knows of them before the statement does. Everything else on the statement must have
been posted by the room that began it; posting it here would hide that it was not.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Exists, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.reconciling import PLATFORM
from app.ledger import posting
from app.ledger.posting import Entry
from app.ledger.tables import PostingGroup
from app.reconciling.tables import StatementEntry

# Kind of line → where the money came from or went to, and how a posting is described.
RULES = {
    "topup": (chart.BANK, "Top-up of the balance at Stripe"),
    "topup_reversal": (chart.BANK, "Top-up taken back"),
    "stripe_fee": (chart.EXPENSE_CONNECT, "Separate fee of Stripe"),
    "payout": (chart.OWN_TRANSIT, "Own balance on its way to our bank"),
    "payout_cancel": (chart.OWN_TRANSIT, "Own payout canceled"),
    "payout_failure": (chart.OWN_TRANSIT, "Own payout came back"),
}
_AT_ONCE = 200


def _posted(key: Any) -> Exists:
    return exists().where(PostingGroup.source == "stripe", PostingGroup.key == key)


async def book(session: AsyncSession, *, now: datetime) -> int:
    """Post up to 200 lines of the platform's statement that have a rule and no posting yet, and
    move to available what has become so; how many postings were wanting. Safe to repeat."""
    new = await session.scalars(
        select(StatementEntry)
        .where(
            StatementEntry.account == PLATFORM,
            StatementEntry.kind.in_(RULES),
            ~_posted(StatementEntry.reference),
        )
        .order_by(StatementEntry.happened_at, StatementEntry.id)
        .limit(_AT_ONCE)
    )
    count = 0
    for line in new.all():
        await _book(session, line, now=now)
        count += 1
    ripe = await session.scalars(
        select(StatementEntry)
        .where(
            StatementEntry.account == PLATFORM,
            StatementEntry.kind.in_(RULES),
            StatementEntry.available_at <= now,
            _posted(StatementEntry.reference),
            ~_posted("available:" + StatementEntry.provider_id),
        )
        .order_by(StatementEntry.available_at, StatementEntry.id)
        .limit(_AT_ONCE)
    )
    for line in ripe.all():
        await _make_available(session, line, now=now)
        count += 1
    return count


async def _book(session: AsyncSession, line: StatementEntry, *, now: datetime) -> None:
    other, description = RULES[line.kind]
    if line.kind == "payout_failure" and await _arrived(session, line.source_id or ""):
        other = chart.BANK  # it had been booked as arrived
    await posting.post(
        session,
        source="stripe",
        key=line.reference,
        description=description,
        effective_at=line.happened_at,
        now=now,
        entries=[
            Entry(chart.STRIPE_PENDING, line.currency, line.net_minor),
            Entry(chart.EXPENSE_PROCESSING, line.currency, line.fee_minor),
            Entry(other, line.currency, -line.gross_minor),
        ],
    )


async def _make_available(session: AsyncSession, line: StatementEntry, *, now: datetime) -> None:
    await posting.post(
        session,
        source="stripe",
        key=f"available:{line.provider_id}",
        description="Available at Stripe",
        effective_at=line.available_at,
        now=now,
        entries=[
            Entry(chart.STRIPE_AVAILABLE, line.currency, line.net_minor),
            Entry(chart.STRIPE_PENDING, line.currency, -line.net_minor),
        ],
    )


async def _arrived(session: AsyncSession, payout_id: str) -> bool:
    found = await session.scalar(select(_posted(f"bank_paid:{payout_id}")))
    return bool(found)


async def on_their_way(session: AsyncSession) -> list[str]:
    """Own payouts that our bank does not have yet, as far as the books know; at most 200."""
    found = await session.scalars(
        select(StatementEntry.source_id)
        .where(
            StatementEntry.account == PLATFORM,
            StatementEntry.kind == "payout",
            _posted(StatementEntry.reference),
            ~_posted("bank_paid:" + StatementEntry.source_id),
            ~_posted("bank_failed:" + StatementEntry.source_id),
        )
        .order_by(StatementEntry.happened_at)
        .limit(_AT_ONCE)
    )
    return [each for each in found if each]


async def book_arrival(session: AsyncSession, payout_id: str, *, now: datetime) -> None:
    """Our bank has an own payout. Nothing happens for one that came back meanwhile."""
    line = await session.scalar(
        select(StatementEntry).where(
            StatementEntry.account == PLATFORM,
            StatementEntry.reference == f"bank_payout:{payout_id}",
        )
    )
    if line is None or payout_id not in await on_their_way(session):
        return
    await posting.post(
        session,
        source="stripe",
        key=f"bank_paid:{payout_id}",
        description="Own payout at our bank",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.BANK, line.currency, -line.net_minor),
            Entry(chart.OWN_TRANSIT, line.currency, line.net_minor),
        ],
    )
