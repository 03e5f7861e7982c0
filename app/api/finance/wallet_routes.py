"""Companies' wallets at the finance door."""

from uuid import UUID

from app.api import door
from app.api.door import Language, Now, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.invoices import RecordPayment
from app.api.finance.inputs.refunds import RefundWallet
from app.api.finance.views import refunds as refund_views
from app.api.finance.views import wallets as views
from app.api.finance.views.refunds import FinanceRefund
from app.api.finance.views.wallets import FinanceWallet
from app.invoicing import refunding, taken_back, topping_up, wallets

router = door.router("wallets")


@router.get("/companies/{company_id}/wallet", operation_id="get_company_wallet")
async def get_company_wallet(
    company_id: UUID, caller: Caller, session: Session, now: Now
) -> FinanceWallet:
    """What a company has paid ahead or too much, and what of it is set aside."""
    return views.wallet(await wallets.of_any(session, caller, company_id, now=now))


@router.post("/companies/{company_id}/top-ups", operation_id="record_top_up", status_code=201)
async def record_top_up(
    company_id: UUID, said: RecordPayment, caller: Caller, session: Session, now: Now
) -> FinanceWallet:
    """Record money of a company seen at the bank that names no invoice: its open invoices are
    paid from it, the oldest first, the rest is in its wallet. The same receipt again changes
    nothing."""
    await topping_up.record(session, caller, company_id, receipt=said.receipt(), now=now)
    return views.wallet(await wallets.of_any(session, caller, company_id, now=now))


@router.post(
    "/companies/{company_id}/wallet-refunds", operation_id="refund_wallet", status_code=201
)
async def refund_wallet(
    company_id: UUID,
    said: RefundWallet,
    caller: Caller,
    session: Session,
    *,
    now: Now,
    language: Language,
) -> FinanceRefund:
    """Send money of a wallet back the way it came. What is set aside for logged work stays. A
    second factor shown a short while ago is needed. 409 `nothing_to_refund` when not so much is
    free, or no single online payment is left for it."""
    refund_id = await refunding.order_of_wallet(
        session, caller, company_id, wanted=said.wanted(), now=now
    )
    return refund_views.refund(await taken_back.get_refund(session, caller, refund_id), language)
