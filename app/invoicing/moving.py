"""What refunds and disputes do to our balance at the provider: noted once, available later."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.gateways.reversals import Movement
from app.invoicing.money_tables import ProviderMove
from app.invoicing.tables import Collection
from app.ledger import posting
from app.ledger.posting import Entry

_AT_ONCE = 20


class StrayMoney(RuntimeError):
    """Money moved that is not what we asked for, or that nothing of ours explains. Booking it on a
    guess would hide it: the job stays on hold until somebody has looked. What is paid a second
    time is no stray: it is the company's credit."""


def entries(moved: Movement, *, fee_account: str) -> list[Entry]:
    """The provider's side of a posting: the net in our balance, the fee as cost."""
    return [
        Entry(chart.STRIPE_PENDING, moved.currency, moved.net_minor),
        Entry(fee_account, moved.currency, moved.fee_minor),
    ]


async def note(session: AsyncSession, reference: str, moved: Movement, *, now: datetime) -> None:
    """Keep the line; the posting with the same reference is the caller's, in this transaction."""
    session.add(
        ProviderMove(
            provider_id=moved.transaction_id,
            reference=reference,
            net_minor=moved.net_minor,
            fee_minor=moved.fee_minor,
            currency=moved.currency,
            available_at=moved.available_at,
            booked_at=now,
        )
    )
    await session.flush()


async def collection_of(session: AsyncSession, charge_id: str) -> Collection:
    """The payment that a charge made. Raises StrayMoney: its own notice may still be on its way."""
    found = await session.scalar(
        select(Collection).where(Collection.provider_charge_id == charge_id)
    )
    if found is None:
        raise StrayMoney(charge_id)
    return found


async def clear(session: AsyncSession, *, now: datetime) -> int:
    """Post what has become available, or is gone for good, by now; how many (at most 20)."""
    rows = await session.scalars(
        select(ProviderMove)
        .where(ProviderMove.cleared_at.is_(None), ProviderMove.available_at <= now)
        .order_by(ProviderMove.available_at, ProviderMove.provider_id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    cleared = rows.all()
    for row in cleared:
        await posting.post(
            session,
            source="stripe",
            key=f"available:{row.provider_id}",
            description="Available at Stripe",
            effective_at=row.available_at,
            now=now,
            entries=[
                Entry(chart.STRIPE_AVAILABLE, row.currency, row.net_minor),
                Entry(chart.STRIPE_PENDING, row.currency, -row.net_minor),
            ],
        )
        row.cleared_at = now
    return len(cleared)
