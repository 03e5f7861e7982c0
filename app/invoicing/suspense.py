"""Money at our bank whose payer or purpose nobody knows: kept apart, assigned or sent back.

The books never guess: it is a debt of ours to somebody until a person says whose it is.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import FinanceActor
from app.domain.lifecycles import step
from app.domain.money import Money
from app.domain.refusals import NotFound
from app.domain.suspense import SUSPENSE_MOVES, SuspenseEvent, SuspenseState
from app.gateways.payments import Payments
from app.invoicing import recording, settling, topping_up
from app.invoicing.money_tables import SuspenseItem
from app.invoicing.recording import OpenPage, Receipt
from app.invoicing.refusals import PaymentAlreadyRecorded, PaymentUnderWay, SuspenseEnded
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.paging import Cut, Page, cut, paged
from app.ledger import posting
from app.ledger.posting import Entry


@dataclass(frozen=True, slots=True)
class SuspenseFacts:
    """One such sum, what the bank said of it, and where it went."""

    id: UUID
    state: SuspenseState
    amount: Money
    received_on: date
    payer: str
    reference: str
    recorded_at: datetime
    company_id: UUID | None
    invoice_id: UUID | None
    return_reference: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose it is: what settles this invoice, or, without one, goes into this company's wallet."""

    company_id: UUID | None
    invoice_id: UUID | None


async def record(
    session: AsyncSession, actor: FinanceActor, receipt: Receipt, *, payer: str, now: datetime
) -> UUID:
    """Put money that was seen at the bank into suspense; its id. The same receipt again changes
    nothing. Raises InvalidValues (a day in the future)."""
    recording.check_day(receipt, now=now)
    said = {
        "received_on": receipt.received_on,
        "reference": receipt.reference,
        "amount_minor": receipt.amount.minor,
        "currency": receipt.amount.currency,
    }
    made: UUID | None = await session.scalar(
        insert(SuspenseItem)
        .values(
            id=new_id(), state=SuspenseState.OPEN.value, payer=payer,
            recorded_by_user_id=actor.user_id, recorded_at=now, **said,
        )
        .on_conflict_do_nothing()
        .returning(SuspenseItem.id)
    )  # fmt: skip
    if made is None:
        known: UUID = (await session.scalars(select(SuspenseItem.id).filter_by(**said))).one()
        return known
    await posting.post(
        session,
        source="suspense",
        key=f"received:{made}",
        description="Received from an unknown payer",
        effective_at=now,
        now=now,
        entries=_entries(receipt.amount, chart.BANK, chart.SUSPENSE),
    )
    return made


async def assign(
    database: Database,
    payments: Payments,
    actor: FinanceActor,
    item_id: UUID,
    owner: Owner,
    *,
    now: datetime,
) -> None:
    """Give it to an invoice or a company's wallet, as if it had been recorded there at once. No
    transaction may be open.

    Raises NotFound, SuspenseEnded, PaymentAlreadyRecorded, and what recording a payment or a
    top-up there raises.
    """
    closed: UUID | None = None
    for _ in range(recording.ROUNDS):
        async with database.begin() as session:
            page = await assign_once(session, actor, item_id, owner, closed=closed, now=now)
        if page is None:
            return
        await recording.close(database, payments, page, now=now)
        closed = page.collection_id
    raise PaymentUnderWay


async def assign_once(
    session: AsyncSession,
    actor: FinanceActor,
    item_id: UUID,
    owner: Owner,
    *,
    closed: UUID | None,
    now: datetime,
) -> OpenPage | None:
    """Assign it; or, with nothing written, the page that must be closed before."""
    item = await _lock(session, item_id)
    state = _after(item, SuspenseEvent.ASSIGN)
    receipt = Receipt(Money(item.amount_minor, item.currency), item.received_on, item.reference)
    if owner.invoice_id is not None:
        invoice = await settling.lock_invoice(session, owner.invoice_id)
        if await recording.is_recorded(session, owner.invoice_id, receipt):
            raise PaymentAlreadyRecorded
        page = await recording.record_once(
            session, actor, owner.invoice_id, receipt,
            closed=closed, now=now, from_account=chart.SUSPENSE,
        )  # fmt: skip
        if page is not None:
            return page
        item.company_id, item.invoice_id = invoice.company_id, invoice.id
    elif owner.company_id is not None:
        _, is_new = await topping_up.record_once(
            session, actor, owner.company_id,
            receipt=receipt, now=now, from_account=chart.SUSPENSE,
        )  # fmt: skip
        if not is_new:
            raise PaymentAlreadyRecorded
        item.company_id = owner.company_id
    item.state, item.ended_at, item.ended_by_user_id = state, now, actor.user_id
    await session.flush()
    return None


async def send_back(
    session: AsyncSession, actor: FinanceActor, item_id: UUID, *, reference: str, now: datetime
) -> None:
    """Record that our bank has sent it back; `reference` says where that can be looked up.

    Raises NotFound, SuspenseEnded.
    """
    item = await _lock(session, item_id)
    item.state = _after(item, SuspenseEvent.RETURN)
    item.return_reference = reference
    item.ended_at, item.ended_by_user_id = now, actor.user_id
    await session.flush()
    await posting.post(
        session,
        source="suspense",
        key=f"returned:{item_id}",
        description="Sent back to an unknown payer",
        effective_at=now,
        now=now,
        entries=_entries(Money(item.amount_minor, item.currency), chart.SUSPENSE, chart.BANK),
    )


async def get_item(session: AsyncSession, actor: FinanceActor, item_id: UUID) -> SuspenseFacts:
    """One of them. Raises NotFound."""
    del actor  # the type is the permission
    row = await session.get(SuspenseItem, item_id, populate_existing=True)
    if row is None:
        raise NotFound
    return _facts(row)


async def list_items(
    session: AsyncSession, actor: FinanceActor, page: Cut, *, state: SuspenseState | None
) -> Page[SuspenseFacts]:
    """All of them or those in one state, newest first."""
    del actor  # the type is the permission
    asked = select(SuspenseItem)
    if state is not None:
        asked = asked.where(SuspenseItem.state == state)
    rows = await session.scalars(cut(asked, SuspenseItem.recorded_at, SuspenseItem.id, page))
    found = [_facts(row) for row in rows]
    return paged(found, page, lambda each: (each.recorded_at, each.id))


async def _lock(session: AsyncSession, item_id: UUID) -> SuspenseItem:
    row = await session.get(SuspenseItem, item_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def _after(item: SuspenseItem, event: SuspenseEvent) -> str:
    if item.state != SuspenseState.OPEN:
        raise SuspenseEnded
    return step("money in suspense", SUSPENSE_MOVES, SuspenseState(item.state), event).value


def _entries(amount: Money, to: str, out_of: str) -> list[Entry]:
    return [Entry(to, amount.currency, amount.minor), Entry(out_of, amount.currency, -amount.minor)]


def _facts(row: SuspenseItem) -> SuspenseFacts:
    return SuspenseFacts(
        id=row.id,
        state=SuspenseState(row.state),
        amount=Money(row.amount_minor, row.currency),
        received_on=row.received_on,
        payer=row.payer,
        reference=row.reference,
        recorded_at=row.recorded_at,
        company_id=row.company_id,
        invoice_id=row.invoice_id,
        return_reference=row.return_reference,
        ended_at=row.ended_at,
    )
