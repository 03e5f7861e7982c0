"""Reads of write-offs. Finance alone sees them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor
from app.domain.refusals import NotFound
from app.domain.writing_off import WriteOffReason, WriteOffState
from app.invoicing.money_tables import WriteOff, WriteOffMove
from app.kit.paging import Cut, Page, cut, paged


@dataclass(frozen=True, slots=True)
class WriteOffFacts:
    """A write-off: the sum with tax, of it `tax_minor`, 0 until it is booked. `has_second_person`:
    another one than who ordered it has approved it."""

    id: UUID
    invoice_id: UUID
    company_id: UUID
    state: WriteOffState
    amount_minor: int
    tax_minor: int
    currency: str
    reason_code: WriteOffReason
    reason: str
    evidence: str
    has_second_person: bool
    ordered_at: datetime
    booked_at: datetime | None


_TAX = (
    select(func.coalesce(func.sum(WriteOffMove.tax_minor), 0))
    .where(WriteOffMove.kind == "written_off", WriteOffMove.about_id == WriteOff.id)
    .scalar_subquery()
)
_WRITE_OFFS = select(WriteOff, _TAX.label("tax_minor"))


async def get_write_off(
    session: AsyncSession, actor: FinanceActor, write_off_id: UUID
) -> WriteOffFacts:
    """One write-off. Raises NotFound."""
    del actor  # the type is the permission
    asked = _WRITE_OFFS.where(WriteOff.id == write_off_id)
    row = (await session.execute(asked.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise NotFound
    return _facts(row[0], row[1])


async def list_write_offs(
    session: AsyncSession,
    actor: FinanceActor,
    page: Cut,
    *,
    state: WriteOffState | None = None,
    invoice_id: UUID | None = None,
) -> Page[WriteOffFacts]:
    """Write-offs of all invoices or of one, newest first."""
    del actor  # the type is the permission
    asked = _WRITE_OFFS if state is None else _WRITE_OFFS.where(WriteOff.state == state)
    if invoice_id is not None:
        asked = asked.where(WriteOff.invoice_id == invoice_id)
    rows = await session.execute(cut(asked, WriteOff.ordered_at, WriteOff.id, page))
    found = [_facts(row[0], row[1]) for row in rows]
    return paged(found, page, lambda each: (each.ordered_at, each.id))


def _facts(row: WriteOff, tax_minor: int) -> WriteOffFacts:
    return WriteOffFacts(
        id=row.id,
        invoice_id=row.invoice_id,
        company_id=row.company_id,
        state=WriteOffState(row.state),
        amount_minor=row.amount_minor,
        tax_minor=int(tax_minor),
        currency=row.currency,
        reason_code=WriteOffReason(row.reason_code),
        reason=row.reason,
        evidence=row.evidence,
        has_second_person=row.approved_by_user_id is not None,
        ordered_at=row.ordered_at,
        booked_at=row.booked_at,
    )
