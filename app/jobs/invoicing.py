"""What invoicing does by itself: printing, and money that falls due for a look."""

from collections.abc import Mapping
from uuid import UUID

import structlog

from app.companies import credit_terms
from app.gateways.payments import PaymentsUnavailable
from app.invoicing import (
    carrying,
    collecting,
    documents,
    dunning,
    moving,
    refund_sending,
    refunding,
    spending,
)
from app.jobs.toolbox import Toolbox

_log = structlog.get_logger("lehrwerk.jobs")


async def render_invoice(tools: Toolbox, payload: Mapping[str, str]) -> None:
    """Errand RENDER_INVOICE {"invoice_id"}: a repeat finds the kept file."""
    outside = tools.outside
    await documents.render(
        tools.database, outside.files, outside.documents, UUID(payload["invoice_id"])
    )


async def clear_payments(tools: Toolbox) -> None:
    """Sweep: payments, refunds and disputes that count at the provider by now."""
    async with tools.database.begin() as session:
        await collecting.clear_available(session, now=tools.clock.now())
        await moving.clear(session, now=tools.clock.now())


async def send_refund(tools: Toolbox, payload: Mapping[str, str]) -> None:
    """Errand SEND_REFUND {"refund_id"}: a repeat looks first."""
    await refund_sending.send(
        tools.database,
        tools.outside.reversals,
        UUID(payload["refund_id"]),
        clock=tools.clock,
    )


async def pick_up_stalled_refunds(tools: Toolbox) -> None:
    """Sweep: refunds under way that have no job any more get one again."""
    before = tools.clock.now() - refund_sending.STALLED_AFTER
    async with tools.database.begin() as session:
        for refund_id in await refund_sending.stalled(session, before=before):
            await refunding.enqueue(session, refund_id)


async def dun(tools: Toolbox) -> None:
    """Sweep: reminders of unpaid invoices; no new time where nothing helps, and on again."""
    now = tools.clock.now()
    async with tools.database.begin() as session:
        invoices = await dunning.due(session, now=now)
        companies = await dunning.stopped(session)
    for invoice_id in invoices:
        async with tools.database.begin() as session:
            await dunning.dun(session, invoice_id, now=now)
    for company_id in companies:
        async with tools.database.begin() as session:
            await dunning.lift(session, company_id, now=now)


async def mind_wallets(tools: Toolbox) -> None:
    """Sweep: what is logged of prepaid companies is set aside, what is open is paid."""
    now = tools.clock.now()
    async with tools.database.begin() as session:
        companies = await credit_terms.prepaid_companies(session, now)
    for company_id in companies:
        async with tools.database.begin() as session:
            await carrying.set_aside(session, company_id, now=now)
            await carrying.follow(session, company_id, now=now)
            await spending.spend_on_open(session, company_id, now=now)


async def look_at_open_pages(tools: Toolbox) -> None:
    """Sweep: ask about payment pages whose webhook may have been lost."""
    async with tools.database.begin() as session:
        pages = await collecting.pages_to_look_at(session, now=tools.clock.now())
    for page in pages:
        try:
            await collecting.ask_and_settle(
                tools.database, tools.outside.payments, page.session_id, now=tools.clock.now()
            )
        except (PaymentsUnavailable, collecting.StrayMoney) as error:
            _log.warning(
                "page_not_settled",
                collection_id=str(page.collection_id),
                why=type(error).__name__,
            )
