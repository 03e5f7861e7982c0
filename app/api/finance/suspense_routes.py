"""Money whose owner is not known, at the finance door."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from app.api import door
from app.api.door import Now, Run, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.suspense import AssignSuspense, RecordUnknownPayment, ReturnSuspense
from app.api.finance.views.suspense import FinanceSuspenseItem
from app.api.paging import Listed, PageAsked, listed
from app.domain.suspense import SuspenseState
from app.invoicing import suspense

router = door.router("suspense")


@router.post("/suspense", operation_id="record_unknown_payment", status_code=201)
async def record_unknown_payment(
    said: RecordUnknownPayment, caller: Caller, session: Session, now: Now
) -> FinanceSuspenseItem:
    """Record money seen at the bank of which nobody knows whose it is or what for. It stands in
    suspense, and is watched with the accounts that must reach zero, until `assign_suspense` or
    `return_suspense`. The same receipt again changes nothing."""
    id_ = await suspense.record(session, caller, said.receipt(), payer=said.payer, now=now)
    return FinanceSuspenseItem.of(await suspense.get_item(session, caller, id_), now)


@router.get("/suspense", operation_id="list_suspense", response_model=Listed[FinanceSuspenseItem])
async def list_suspense(
    request: Request,
    page: PageAsked,
    caller: Caller,
    session: Session,
    *,
    now: Now,
    state: Annotated[SuspenseState | None, Query(description="Only in this state.")] = None,
) -> dict[str, Any]:
    """Money that waits for its owner, and where earlier sums went, newest first, with their age."""
    found = await suspense.list_items(session, caller, page, state=state)
    return listed(request, found, lambda facts: FinanceSuspenseItem.of(facts, now))


@router.post("/suspense/{suspense_id}/assign", operation_id="assign_suspense")
async def assign_suspense(
    suspense_id: UUID, said: AssignSuspense, caller: Caller, run: Run, now: Now
) -> FinanceSuspenseItem:
    """Give it to an invoice, as `record_payment` would, or to a company, as `record_top_up` would.
    409 `suspense_ended`, `payment_already_recorded`, `payment_under_way`."""
    payments = run.outside.payments
    await suspense.assign(run.database, payments, caller, suspense_id, said.owner(), now=now)
    async with run.database.begin() as session:
        return FinanceSuspenseItem.of(await suspense.get_item(session, caller, suspense_id), now)


@router.post("/suspense/{suspense_id}/return", operation_id="return_suspense")
async def return_suspense(
    suspense_id: UUID, said: ReturnSuspense, caller: Caller, session: Session, now: Now
) -> FinanceSuspenseItem:
    """Record that our bank has sent it back. 409 `suspense_ended`."""
    await suspense.send_back(session, caller, suspense_id, reference=said.reference, now=now)
    return FinanceSuspenseItem.of(await suspense.get_item(session, caller, suspense_id), now)
