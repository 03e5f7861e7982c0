"""Refunds and disputes at the finance door."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from app.api import door
from app.api.door import Language, Now, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.refunds import RefundPayment
from app.api.finance.views import refunds as views
from app.api.finance.views.refunds import FinanceDispute, FinanceRefund
from app.api.paging import Listed, PageAsked, listed
from app.domain.returning import DisputeState, RefundState
from app.invoicing import refunding, taken_back

router = door.router("refunds")


@router.post("/invoices/{invoice_id}/refunds", operation_id="refund_payment", status_code=201)
async def refund_payment(
    invoice_id: UUID,
    said: RefundPayment,
    caller: Caller,
    session: Session,
    *,
    now: Now,
    language: Language,
) -> FinanceRefund:
    """Send a part of an invoice's online payment back, or all of it. It is decided at once and
    sent in the background: watch it with `list_refunds`. Money moves: an Idempotency-Key is
    required, and a second factor shown a short while ago, else 403 `fresh_second_factor_needed`.
    409 `nothing_to_refund` when no payment holds so much for this purpose."""
    refund_id = await refunding.order(session, caller, invoice_id, wanted=said.wanted(), now=now)
    return views.refund(await taken_back.get_refund(session, caller, refund_id), language)


@router.get("/refunds", operation_id="list_refunds", response_model=Listed[FinanceRefund])
async def list_refunds(
    request: Request,
    page: PageAsked,
    caller: Caller,
    session: Session,
    *,
    language: Language,
    state: Annotated[RefundState | None, Query(description="Only in this state.")] = None,
) -> dict[str, Any]:
    """Refunds of all companies, also those made at Stripe, newest first, with what is to do."""
    found = await taken_back.list_refunds(session, caller, page, state=state)
    return listed(request, found, lambda facts: views.refund(facts, language))


@router.get("/disputes", operation_id="list_disputes", response_model=Listed[FinanceDispute])
async def list_disputes(
    request: Request,
    page: PageAsked,
    caller: Caller,
    session: Session,
    *,
    language: Language,
    state: Annotated[DisputeState | None, Query(description="Only in this state.")] = None,
) -> dict[str, Any]:
    """Payments that their payers' banks question, newest first, with what is to do by when."""
    found = await taken_back.list_disputes(session, caller, page, state=state)
    return listed(request, found, lambda facts: views.dispute(facts, language))
