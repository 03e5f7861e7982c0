"""Invoices that are given up, at the finance door."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from app.api import door
from app.api.door import Now, Run, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.write_offs import WriteOffInvoice
from app.api.finance.views.write_offs import FinanceWriteOff
from app.api.paging import Listed, PageAsked, listed
from app.domain.writing_off import WriteOffState
from app.invoicing import given_up, writing_off
from app.payouts import rules

router = door.router("write-offs")


@router.post("/invoices/{invoice_id}/write-offs", operation_id="write_off_invoice", status_code=201)
async def write_off_invoice(
    invoice_id: UUID, said: WriteOffInvoice, caller: Caller, session: Session, *, now: Now, run: Run
) -> FinanceWriteOff:
    """Expect nothing more of an unpaid invoice: all that is due of it becomes our loss, its tax is
    not owed for now, and its trainers are paid. The company owes it as before, and a later payment
    recovers it. A second factor shown a short while ago is needed, and an Idempotency-Key. Above
    what one person may order alone within a day, it awaits `approve_write_off` by another.
    409 `invoice_already_collected`, `invoice_already_written_off`."""
    write_off_id = await writing_off.order(
        session,
        caller,
        invoice_id,
        said.wanted(),
        above_minor=rules.rules_of(run.settings).four_eyes_above_minor,
        now=now,
    )
    return FinanceWriteOff.of(await given_up.get_write_off(session, caller, write_off_id))


@router.post("/write-offs/{write_off_id}/approve", operation_id="approve_write_off")
async def approve_write_off(
    write_off_id: UUID, caller: Caller, session: Session, now: Now
) -> FinanceWriteOff:
    """Book a write-off that awaits a second person. Who ordered it is refused; 409
    `write_off_outdated` when another sum is due by now: order it again."""
    await writing_off.approve(session, caller, write_off_id, now=now)
    return FinanceWriteOff.of(await given_up.get_write_off(session, caller, write_off_id))


@router.get("/write-offs", operation_id="list_write_offs", response_model=Listed[FinanceWriteOff])
async def list_write_offs(
    request: Request,
    page: PageAsked,
    caller: Caller,
    session: Session,
    *,
    state: Annotated[WriteOffState | None, Query(description="Only in this state.")] = None,
    invoice_id: Annotated[UUID | None, Query(description="Only of this invoice.")] = None,
) -> dict[str, Any]:
    """What was given up and what awaits a second person, newest first."""
    found = await given_up.list_write_offs(
        session, caller, page, state=state, invoice_id=invoice_id
    )
    return listed(request, found, FinanceWriteOff.of)
