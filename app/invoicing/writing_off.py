"""Giving an unpaid invoice up, by one person or, above a sum, by two.

The company owes as before: a later payment is taken and recovers what was written off, its credit
stays used, and dunning says no more. Its trainers' time counts as funded: that a company does not
pay is our loss and never a trainer's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor
from app.domain.four_eyes import second_person_needed
from app.domain.invoicing import INVOICE_MOVES, InvoiceEvent, InvoiceState
from app.domain.lifecycles import step
from app.domain.refusals import NotFound, SecondPersonNeeded
from app.domain.writing_off import WRITE_OFF_MOVES, WriteOffEvent, WriteOffReason, WriteOffState
from app.invoicing import settling, written_off
from app.invoicing.money_tables import WriteOff
from app.invoicing.refusals import (
    InvoiceAlreadyCollected,
    InvoiceAlreadyWrittenOff,
    WriteOffAwaitsNobody,
    WriteOffOutdated,
)
from app.invoicing.tables import Invoice, InvoiceLine
from app.kit.ids import new_id
from app.ledger import posting
from app.timesheets import funding, lending
from app.timesheets.bill_lines import BillLine

WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class WriteOffWanted:
    """Why, in a code and in words, and what proves it. Both stay with finance."""

    reason_code: WriteOffReason
    reason: str
    evidence: str


async def order(
    session: AsyncSession,
    actor: FinanceActor,
    invoice_id: UUID,
    wanted: WriteOffWanted,
    *,
    above_minor: int | None,
    now: datetime,
) -> UUID:
    """Write off all that is due of an invoice; the write-off's id. The invoice is uncollectible.

    Above `above_minor` in a day nothing is booked until another person approves; ordering it again
    takes the place of what awaits. Raises NotFound, InvoiceAlreadyCollected,
    InvoiceAlreadyWrittenOff.
    """
    invoice = await settling.lock_invoice(session, invoice_id)
    _check(invoice)
    due_minor = settling.due_minor(invoice)
    said = (wanted.reason_code.value, wanted.reason, wanted.evidence, actor.user_id, due_minor)
    waiting = await _awaiting(session, invoice_id)
    if waiting is not None:
        if said == (
            waiting.reason_code, waiting.reason, waiting.evidence, waiting.ordered_by_user_id,
            waiting.amount_minor,
        ):  # fmt: skip
            return waiting.id
        waiting.state = step(
            "write-off", WRITE_OFF_MOVES, WriteOffState(waiting.state), WriteOffEvent.LAPSE
        )
        await session.flush()
    row = WriteOff(
        id=new_id(),
        invoice_id=invoice_id,
        company_id=invoice.company_id,
        state=WriteOffState.AWAITING_APPROVAL.value,
        amount_minor=due_minor,
        currency=invoice.currency,
        reason_code=wanted.reason_code.value,
        reason=wanted.reason,
        evidence=wanted.evidence,
        ordered_by_user_id=actor.user_id,
        ordered_at=now,
    )
    session.add(row)
    await session.flush()
    if not await _too_much(session, row, above_minor):
        await _book(session, row, invoice, now=now)
    return row.id


async def approve(
    session: AsyncSession, actor: FinanceActor, write_off_id: UUID, *, now: datetime
) -> None:
    """Book a write-off that awaits a second person.

    Raises NotFound, WriteOffAwaitsNobody, SecondPersonNeeded when it is the same person,
    InvoiceAlreadyCollected, and WriteOffOutdated when another sum is due by now.
    """
    found = await session.get(WriteOff, write_off_id)
    if found is None:
        raise NotFound
    invoice = await settling.lock_invoice(session, found.invoice_id)
    row = await session.get_one(WriteOff, write_off_id, populate_existing=True)
    if row.state != WriteOffState.AWAITING_APPROVAL:
        raise WriteOffAwaitsNobody
    if row.ordered_by_user_id == actor.user_id:
        raise SecondPersonNeeded
    _check(invoice)
    if settling.due_minor(invoice) != row.amount_minor:
        raise WriteOffOutdated
    row.approved_by_user_id = actor.user_id
    await _book(session, row, invoice, now=now)


def _check(invoice: Invoice) -> None:
    if invoice.state == InvoiceState.COLLECTED:
        raise InvoiceAlreadyCollected
    if invoice.state == InvoiceState.UNCOLLECTIBLE:
        raise InvoiceAlreadyWrittenOff


async def _awaiting(session: AsyncSession, invoice_id: UUID) -> WriteOff | None:
    found: WriteOff | None = await session.scalar(
        select(WriteOff)
        .where(
            WriteOff.invoice_id == invoice_id,
            WriteOff.state == WriteOffState.AWAITING_APPROVAL.value,
        )
        .execution_options(populate_existing=True)
    )
    return found


async def _too_much(session: AsyncSession, row: WriteOff, above_minor: int | None) -> bool:
    """Whether it needs a second person, with all that this one has written off alone in a day.

    Held until the transaction ends, so that two orders of one person do not both find room.
    """
    if above_minor is None:
        return False
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 43))"),
        {"who": str(row.ordered_by_user_id)},
    )
    ordered = await session.scalar(
        select(func.coalesce(func.sum(WriteOff.amount_minor), 0)).where(
            WriteOff.ordered_by_user_id == row.ordered_by_user_id,
            WriteOff.approved_by_user_id.is_(None),
            WriteOff.state == WriteOffState.BOOKED.value,
            WriteOff.ordered_at > row.ordered_at - WITHIN,
            WriteOff.currency == row.currency,
        )
    )
    return second_person_needed(int(ordered or 0), row.amount_minor, above_minor, approved=False)


async def _book(session: AsyncSession, row: WriteOff, invoice: Invoice, *, now: datetime) -> None:
    """The locked invoice is uncollectible, the loss is in the books, its time is funded."""
    row.state = step("write-off", WRITE_OFF_MOVES, WriteOffState(row.state), WriteOffEvent.APPROVE)
    row.booked_at = now
    entries = written_off.move(
        session, invoice, row.amount_minor, kind="written_off", about_id=row.id, at=now
    )
    invoice.state = step(
        "invoice", INVOICE_MOVES, InvoiceState(invoice.state), InvoiceEvent.WRITE_OFF
    )
    await session.flush()
    # The company's counter before its approvals, as where something is taken back.
    await lending.hold(session, invoice.company_id)
    approvals = await session.scalars(
        select(BillLine.approval_id)
        .join(InvoiceLine, InvoiceLine.bill_line_id == BillLine.id)
        .where(InvoiceLine.invoice_id == invoice.id)
        .distinct()
    )
    await funding.mark_funded(session, approvals.all(), at=now)
    await posting.post(
        session,
        source="write_off",
        key=str(row.id),
        description=f"Invoice {invoice.number} written off",
        effective_at=now,
        now=now,
        entries=entries,
    )
