"""Unpaid invoices by the clock: who is told what, when new time stops and when it may go on."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.domain import dunning
from app.domain.dunning import DunningStep
from app.domain.engagements import EngagementState
from app.domain.invoicing import InvoiceState
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.engagements.tables import Engagement
from app.invoicing import settling
from app.invoicing.dunning_rows import CreditStop, DunningRow
from app.invoicing.money_tables import InvoiceSettlement
from app.invoicing.tables import Invoice
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from app.timesheets import lending

_AT_ONCE = 200
_KINDS = {
    DunningStep.DUE_SOON: Kind.INVOICE_DUE_SOON,
    DunningStep.OVERDUE: Kind.INVOICE_OVERDUE,
    DunningStep.REMINDED: Kind.INVOICE_OVERDUE,
    DunningStep.LAST_CALL: Kind.INVOICE_LAST_CALL,
}


async def due(session: AsyncSession, *, now: datetime) -> list[UUID]:
    """Unpaid invoices that may have come to a step they have not had; at most 200."""
    today = now.date()
    waiting = or_(
        *(
            (Invoice.due_on <= today - timedelta(days=after))
            & ~select(DunningRow.invoice_id)
            .where(DunningRow.invoice_id == Invoice.id, DunningRow.step == step.value)
            .exists()
            for step, after in dunning.AFTER_DAYS.items()
        ),
        # Opened again: its steps are counted anew, which the look at the invoice itself decides.
        select(InvoiceSettlement.id)
        .where(InvoiceSettlement.invoice_id == Invoice.id, InvoiceSettlement.amount_minor < 0)
        .exists(),
    )
    found = await session.scalars(
        select(Invoice.id)
        .where(Invoice.state == InvoiceState.ISSUED, waiting)
        .order_by(Invoice.due_on, Invoice.id)
        .limit(_AT_ONCE)
    )
    return list(found)


async def dun(session: AsyncSession, invoice_id: UUID, *, now: datetime) -> DunningStep | None:
    """Take the step that holds now, once; which one was taken. Nothing happens to a paid one."""
    invoice = await settling.lock_invoice(session, invoice_id)
    if invoice.state != InvoiceState.ISSUED:
        return None
    reopened_at = await session.scalar(
        select(func.max(InvoiceSettlement.at)).where(
            InvoiceSettlement.invoice_id == invoice_id, InvoiceSettlement.amount_minor < 0
        )
    )
    from_on = dunning.counts_from(invoice.due_on, reopened_at.date() if reopened_at else None)
    step = dunning.step_at(from_on, now.date())
    if step is None:
        return None
    earlier = [each for each in DunningStep if dunning.day_of(from_on, each) <= now.date()]
    taken = await session.scalars(
        insert(DunningRow)
        .values(
            [
                {"invoice_id": invoice_id, "counts_from_on": from_on, "step": each, "at": now}
                for each in earlier
            ]
        )
        .on_conflict_do_nothing()
        .returning(DunningRow.step)
    )
    if step not in taken.all():
        return None
    if step is DunningStep.STOPPED:
        await _stop(session, invoice, now=now)
        return step
    stops_at = datetime.combine(dunning.day_of(from_on, DunningStep.STOPPED), time.min, UTC)
    payers = telling.company(invoice.company_id, Permission.PAY_INVOICES)
    stage, is_last = f"{step}:{from_on}", step is DunningStep.LAST_CALL
    news = News(
        _KINDS[step], invoice_id, payers, stage=stage, deadline_at=stops_at if is_last else None
    )
    await telling.tell(session, news, now=now)
    return step


async def _stop(session: AsyncSession, invoice: Invoice, *, now: datetime) -> None:
    """No new time at the company: its credit limit is nothing. Of a prepaid one its wallet already
    says what may be logged."""
    company_id = invoice.company_id
    await lending.hold(session, company_id)
    terms = await credit_terms.current(session, company_id, now)
    if terms.kind == credit_terms.PREPAID:
        return
    stop_id = await session.scalar(
        insert(CreditStop)
        .values(
            id=new_id(),
            company_id=company_id,
            limit_minor=terms.credit_limit_minor,
            currency=terms.currency,
            stopped_at=now,
        )
        .on_conflict_do_nothing()
        .returning(CreditStop.id)
    )
    if stop_id is None:
        return
    await credit_terms.move_limit(session, company_id, 0, now=now)
    await _tell_both(session, company_id, stop_id, (Kind.TIME_STOPPED, Kind.WORK_STOPPED), now=now)


async def stopped(session: AsyncSession) -> list[UUID]:
    """Companies that may log no new time."""
    rows = await session.scalars(
        select(CreditStop.company_id).where(CreditStop.lifted_at.is_(None))
    )
    return list(rows)


async def lift(session: AsyncSession, company_id: UUID, *, now: datetime) -> bool:
    """Let time go on at a company of which no invoice has come to the last step any more.

    A limit that finance has set meanwhile stays as it is.
    """
    await lending.hold(session, company_id)
    last = (
        select(DunningRow.invoice_id)
        .join(Invoice, Invoice.id == DunningRow.invoice_id)
        .where(
            Invoice.company_id == company_id,
            Invoice.state != InvoiceState.COLLECTED,  # what was written off is owed all the same
            DunningRow.step == DunningStep.STOPPED.value,
        )
        .limit(1)
    )
    if await session.scalar(last) is not None:
        return False
    stop = await session.scalar(
        select(CreditStop)
        .where(CreditStop.company_id == company_id, CreditStop.lifted_at.is_(None))
        .with_for_update()
    )
    if stop is None:
        return False
    stop.lifted_at = now
    terms = await credit_terms.current(session, company_id, now)
    if terms.kind != credit_terms.PREPAID and terms.credit_limit_minor == 0:
        await credit_terms.move_limit(session, company_id, stop.limit_minor, now=now)
    await _tell_both(session, company_id, stop.id, (Kind.TIME_GOES_ON, Kind.WORK_GOES_ON), now=now)
    return True


async def _tell_both(
    session: AsyncSession,
    company_id: UUID,
    stop_id: UUID,
    kinds: tuple[Kind, Kind],
    *,
    now: datetime,
) -> None:
    """The company, and everybody who is at work there."""
    theirs, hers = kinds
    rows = await session.execute(
        select(Engagement.id, Engagement.trainer_id)
        .where(Engagement.company_id == company_id, Engagement.state == EngagementState.ACTIVE)
        .order_by(Engagement.id)
    )
    payers = telling.company(company_id, Permission.PAY_INVOICES)
    news = [News(theirs, company_id, payers, stage=str(stop_id))]
    news += [
        News(hers, row.id, telling.trainer(row.trainer_id), stage=str(stop_id)) for row in rows
    ]
    await telling.tell(session, *news, now=now)
