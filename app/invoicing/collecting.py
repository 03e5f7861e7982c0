"""Money that came in through a payment page: booked once, whoever tells us first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.invoicing import (
    COLLECTION_MOVES,
    CollectionEvent,
    CollectionState,
)
from app.domain.lifecycles import step
from app.gateways.payments import CheckoutState, Payments
from app.invoicing import settling, spending
from app.invoicing.moving import StrayMoney as StrayMoney
from app.invoicing.settling import Fact, Place
from app.invoicing.tables import Collection
from app.kit.db import Database
from app.ledger import posting
from app.ledger.posting import Entry

LOOK_EVERY = timedelta(minutes=10)
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A payment page that somebody may be paying on."""

    collection_id: UUID
    session_id: str


async def settle_checkout(
    session: AsyncSession, session_id: str, state: CheckoutState, *, now: datetime
) -> str:
    """Bring our books to what the provider said about a page; a word for what was done.

    Safe to repeat and in any order with webhooks, look-ups and recorded payments: the invoice's
    lock decides who is first. `state` is freshly asked for and never read from a webhook's body.
    Raises StrayMoney.
    """
    found = await session.scalar(
        select(Collection).where(
            or_(
                Collection.provider_session_id == session_id,
                # Told before the answer with the page's id was kept: our own id leads there too.
                Collection.id == state.collection_id,
            )
        )
    )
    if found is None:
        if state.collection_id is not None and state.state == "paid":
            raise StrayMoney(session_id)
        return "not_ours"
    found, place = await settling.lock_payment(session, found.id)
    if found.provider_session_id not in (None, session_id):
        raise StrayMoney(session_id)
    if state.state == "paid":
        found.provider_session_id = session_id
        return await book(session, place, found, state, now=now)
    if state.state == "expired" and found.state in (CollectionState.INTENDED, CollectionState.OPEN):
        _move(found, CollectionEvent.EXPIRE)
        return "expired"
    return "unchanged"


async def book(
    session: AsyncSession,
    place: Place,
    collection: Collection,
    state: CheckoutState,
    *,
    now: datetime,
) -> str:
    """The money of a locked collection is in, once; what the invoice does not need is credit.

    Raises StrayMoney when it is not what was asked for.
    """
    if collection.state == CollectionState.PAID:
        return "already_collected"
    fits = (state.gross_minor, state.currency) == (collection.amount_minor, collection.currency)
    if not fits or state.available_at is None:
        raise StrayMoney(str(collection.id))
    was_due = place.invoice is not None and settling.due_minor(place.invoice) > 0
    _move(collection, CollectionEvent.PAY)
    collection.provider_charge_id = state.charge_id
    collection.balance_transaction_id = state.balance_transaction_id
    collection.stripe_fee_minor = state.fee_minor
    collection.available_at = state.available_at
    collection.paid_at = now
    await session.flush()
    await settling.arrive(
        session,
        place,
        Fact(
            source="stripe",
            key=f"charge:{state.charge_id}",
            kind="payment",
            about_id=collection.id,
            collection_id=collection.id,
            description=f"Payment of {place.label}",
            effective_at=now,
        ),
        state.gross_minor,
        entries=[
            Entry(chart.STRIPE_PENDING, collection.currency, state.gross_minor - state.fee_minor),
            Entry(chart.EXPENSE_PROCESSING, collection.currency, state.fee_minor),
        ],
        now=now,
    )
    if was_due:
        return "collected"
    await spending.spend_on_open(session, place.company_id, now=now)
    return "in_wallet"


def _move(collection: Collection, event: CollectionEvent) -> None:
    state = CollectionState(collection.state)
    collection.state = step("collection", COLLECTION_MOVES, state, event)


async def ask_and_settle(
    database: Database, payments: Payments, session_id: str, *, now: datetime
) -> str:
    """Ask the provider about a page and settle it. Raises PaymentsUnavailable, StrayMoney."""
    state = await payments.checkout_state(session_id)
    async with database.begin() as session:
        return await settle_checkout(session, session_id, state, now=now)


async def pages_to_look_at(session: AsyncSession, *, now: datetime) -> Sequence[OpenPage]:
    """Open pages that nobody asked about for a while: their webhook may have been lost.

    Marks them as looked at, so that one page that cannot be settled does not starve the others.
    """
    rows = await session.scalars(
        select(Collection)
        .where(
            Collection.state == CollectionState.OPEN,
            Collection.kind == "checkout",
            Collection.looked_at <= now - LOOK_EVERY,
        )
        .order_by(Collection.looked_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    pages = []
    for row in rows:
        row.looked_at = now
        pages.append(OpenPage(row.id, row.provider_session_id or ""))
    return pages


async def clear_available(session: AsyncSession, *, now: datetime) -> int:
    """Post what has become available at the provider; how many payments it was (at most 20)."""
    rows = await session.scalars(
        select(Collection)
        .where(
            Collection.state == CollectionState.PAID,
            Collection.kind != "recorded",
            Collection.cleared_at.is_(None),
            Collection.available_at <= now,
        )
        .order_by(Collection.available_at, Collection.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    cleared = rows.all()
    for row in cleared:
        net_minor = row.amount_minor - (row.stripe_fee_minor or 0)
        await posting.post(
            session,
            source="stripe",
            key=f"available:{row.balance_transaction_id}",
            description="Payment available at Stripe",
            effective_at=row.available_at or now,
            now=now,
            entries=[
                Entry(chart.STRIPE_AVAILABLE, row.currency, net_minor),
                Entry(chart.STRIPE_PENDING, row.currency, -net_minor),
            ],
        )
        row.cleared_at = now
    return len(cleared)
