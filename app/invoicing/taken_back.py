"""Reads of money that was taken back. Finance alone sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor
from app.domain.refusals import NotFound
from app.domain.returning import DisputeState, RefundState, TakenBack
from app.invoicing.money_tables import Dispute, Refund
from app.invoicing.tables import Collection
from app.kit.paging import Cut, Page, cut, paged


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund. `by_us`: decided here, not at the provider. `parts` say who bears it."""

    id: UUID
    invoice_id: UUID | None
    company_id: UUID
    state: RefundState
    amount_minor: int
    currency: str
    parts: TakenBack
    reason: str
    by_us: bool
    provider_refund_id: str | None
    outcome_code: str | None
    intended_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute. `parts` are filled once it is lost."""

    id: UUID
    invoice_id: UUID | None
    company_id: UUID
    state: DisputeState
    amount_minor: int
    currency: str
    parts: TakenBack
    reason: str
    provider_dispute_id: str
    evidence_due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None


async def get_refund(session: AsyncSession, actor: FinanceActor, refund_id: UUID) -> RefundFacts:
    """One refund. Raises NotFound."""
    del actor  # the type is the permission
    row = (await session.execute(_REFUNDS.where(Refund.id == refund_id))).one_or_none()
    if row is None:
        raise NotFound
    return _refund(row)


async def list_refunds(
    session: AsyncSession,
    actor: FinanceActor,
    page: Cut,
    *,
    state: RefundState | None = None,
) -> Page[RefundFacts]:
    """Refunds of all companies, newest first."""
    del actor  # the type is the permission
    asked = _REFUNDS if state is None else _REFUNDS.where(Refund.state == state)
    rows = await session.execute(cut(asked, Refund.intended_at, Refund.id, page))
    return paged([_refund(row) for row in rows], page, lambda each: (each.intended_at, each.id))


async def list_disputes(
    session: AsyncSession,
    actor: FinanceActor,
    page: Cut,
    *,
    state: DisputeState | None = None,
) -> Page[DisputeFacts]:
    """Disputes of all companies, newest first."""
    del actor  # the type is the permission
    asked = _DISPUTES if state is None else _DISPUTES.where(Dispute.state == state)
    rows = await session.execute(cut(asked, Dispute.opened_at, Dispute.id, page))
    return paged([_dispute(row) for row in rows], page, lambda each: (each.opened_at, each.id))


_REFUNDS = select(Refund, Collection.invoice_id).join(
    Collection, Collection.id == Refund.collection_id
)
_DISPUTES = select(Dispute, Collection.invoice_id).join(
    Collection, Collection.id == Dispute.collection_id
)


def _parts(row: Refund | Dispute) -> TakenBack:
    return TakenBack(row.from_invoice_minor, row.from_credit_minor, row.from_us_minor)


def _refund(found: Any) -> RefundFacts:
    row, invoice_id = found
    return RefundFacts(
        id=row.id,
        invoice_id=invoice_id,
        company_id=row.company_id,
        state=RefundState(row.state),
        amount_minor=row.amount_minor,
        currency=row.currency,
        parts=_parts(row),
        reason=row.reason,
        by_us=row.ordered_by_user_id is not None,
        provider_refund_id=row.provider_refund_id,
        outcome_code=row.outcome_code,
        intended_at=row.intended_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
    )


def _dispute(found: Any) -> DisputeFacts:
    row, invoice_id = found
    return DisputeFacts(
        id=row.id,
        invoice_id=invoice_id,
        company_id=row.company_id,
        state=DisputeState(row.state),
        amount_minor=row.amount_minor,
        currency=row.currency,
        parts=_parts(row),
        reason=row.reason,
        provider_dispute_id=row.provider_dispute_id,
        evidence_due_at=row.evidence_due_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
