"""Deciding a refund: its sum leaves the invoice, the credit or our pocket before anything is sent.

Sending it is `refund_sending`, from jobs only.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, returning
from app.domain.actor import FinanceActor
from app.domain.errands import Errand
from app.domain.invoicing import CollectionState
from app.domain.money import Money
from app.domain.returning import RefundPurpose, RefundState
from app.invoicing import carrying, settling
from app.invoicing.money_tables import Refund
from app.invoicing.refusals import NothingToRefund
from app.invoicing.settling import Fact, Place
from app.invoicing.tables import Collection
from app.kit import queue
from app.kit.ids import new_id
from app.ledger import queries as ledger
from app.ledger.posting import Entry


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """`reason` is for finance to read; it goes to nobody else."""

    purpose: RefundPurpose
    amount: Money
    reason: str


async def order(
    session: AsyncSession,
    actor: FinanceActor,
    invoice_id: UUID,
    *,
    wanted: RefundWanted,
    now: datetime,
) -> UUID:
    """Decide that a part of an invoice's online payment goes back; the refund's id.

    Raises NotFound, NothingToRefund when no payment of the invoice holds so much for this purpose.
    """
    place = settling.place_of(await settling.lock_invoice(session, invoice_id))
    payment = await _payment(session, Collection.invoice_id == invoice_id, wanted)
    return await _decide(session, actor, (place, payment), wanted, now=now)


async def order_of_wallet(
    session: AsyncSession,
    actor: FinanceActor,
    company_id: UUID,
    *,
    wanted: RefundWanted,
    now: datetime,
) -> UUID:
    """Decide that money in a company's wallet goes back the way it came; the refund's id.

    What is set aside for logged work stays. Raises NothingToRefund when the wallet has not so much
    that is free, or no single online payment is left that it can go back to.
    """
    payment = await _payment(session, Collection.company_id == company_id, wanted)
    await carrying.set_aside(session, company_id, now=now)
    prepaid = chart.prepaid(company_id)
    if await ledger.available(session, prepaid, wanted.amount.currency) < wanted.amount.minor:
        raise NothingToRefund
    place = Place(company_id, wanted.amount.currency, None)
    return await _decide(session, actor, (place, payment), wanted, now=now)


async def _decide(
    session: AsyncSession,
    actor: FinanceActor,
    of: tuple[Place, Collection],
    wanted: RefundWanted,
    *,
    now: datetime,
) -> UUID:
    (place, payment), amount = of, wanted.amount
    payment.returned_minor += amount.minor
    parts = returning.refund_parts(wanted.purpose, amount.minor)
    row = Refund(
        id=new_id(),
        collection_id=payment.id,
        company_id=place.company_id,
        state=RefundState.INTENDED,
        amount_minor=amount.minor,
        currency=amount.currency,
        from_invoice_minor=parts.from_invoice_minor,
        from_credit_minor=parts.from_credit_minor,
        from_us_minor=parts.from_us_minor,
        reason=wanted.reason,
        ordered_by_user_id=actor.user_id,
        intended_at=now,
        tried_at=now,
    )
    session.add(row)
    await session.flush()
    await settling.take_back(
        session,
        place,
        Fact(
            source="refund",
            key=f"decided:{row.id}",
            kind="refund",
            about_id=row.id,
            collection_id=payment.id,
            description=f"Refund of a payment of {place.label}",
            effective_at=now,
        ),
        parts,
        entries=[
            Entry(chart.refunding(place.company_id), amount.currency, -amount.minor),
            Entry(chart.EXPENSE_GOODWILL, amount.currency, parts.from_us_minor),
        ],
        now=now,
    )
    await enqueue(session, row.id)
    return row.id


async def enqueue(session: AsyncSession, refund_id: UUID) -> None:
    await queue.enqueue(
        session,
        Errand.SEND_REFUND,
        {"refund_id": str(refund_id)},
        dedupe_key=f"refund:{refund_id}",
    )


async def _payment(
    session: AsyncSession, of: ColumnElement[bool], wanted: RefundWanted
) -> Collection:
    """The newest online payment that holds the sum for this purpose, locked."""
    rows = await session.scalars(
        select(Collection)
        .where(
            of,
            Collection.state == CollectionState.PAID,
            Collection.provider_charge_id.is_not(None),
            Collection.currency == wanted.amount.currency,
            Collection.amount_minor - Collection.returned_minor >= wanted.amount.minor,
        )
        .order_by(Collection.paid_at.desc(), Collection.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in rows:
        if await _holds(session, row, wanted.purpose) >= wanted.amount.minor:
            return row
    raise NothingToRefund


async def _holds(session: AsyncSession, payment: Collection, purpose: RefundPurpose) -> int:
    """What of a payment may be paid back for a purpose."""
    match purpose:
        case RefundPurpose.GOODWILL:
            return payment.amount_minor - payment.returned_minor
        case RefundPurpose.REOPEN:
            return await settling.on_invoice_minor(session, payment.id)
        case RefundPurpose.CREDIT:
            # The wallet itself says no where it has less; it does not keep payments apart.
            return payment.amount_minor - payment.returned_minor
