"""Both sides of the money beside each other, explained. Finance alone."""

from uuid import UUID

from fastapi import Request

from app.api import door
from app.api.door import Session
from app.api.errors import language_of
from app.api.finance.actor import Caller
from app.api.finance.views.margins import FinanceMargin, margin_view
from app.books import margins

router = door.router("margins")


@router.get("/invoices/{invoice_id}/margin", operation_id="explain_margin")
async def explain_margin(
    request: Request, invoice_id: UUID, caller: Caller, session: Session
) -> FinanceMargin:
    """What the invoice's lines were billed and earned for, and the fee between them, exactly."""
    found = await margins.of_invoice(session, caller, invoice_id)
    return margin_view(found, language_of(request))


@router.get("/engagements/{engagement_id}/margin", operation_id="explain_engagement_margin")
async def explain_engagement_margin(
    request: Request, engagement_id: UUID, caller: Caller, session: Session
) -> FinanceMargin:
    """The same of all that was ever approved of an engagement, invoiced or not: what the platform
    bears itself stands on no invoice."""
    found = await margins.of_engagement(session, caller, engagement_id)
    return margin_view(found, language_of(request))
