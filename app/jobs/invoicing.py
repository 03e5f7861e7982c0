"""What invoicing does by itself: printing, and money that falls due for a look."""

from collections.abc import Mapping
from uuid import UUID

import structlog

from app.companies import credit_terms
from app.domain.refusals import Refusal
from app.gateways.payments import PaymentsUnavailable
from app.invoicing import (
    carrying,
    charging,
    collecting,
    documents,
    dunning,
    moving,
    refund_sending,
    refunding,
    saving,
    spending,
)
from app.jobs.toolbox import Toolbox
from app.payouts import rules

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


async def charge_due_invoices(tools: Toolbox) -> None:
    """Sweep: due invoices of companies with a saved means of payment; charges not heard of."""
    now, outside = tools.clock.now(), tools.outside
    async with tools.database.begin() as session:
        invoices = await charging.due(session, now=now)
    for invoice_id in invoices:
        try:
            await charging.charge(
                tools.database, outside.payments, outside.mandates, invoice_id, now=now
            )
        except (PaymentsUnavailable, collecting.StrayMoney, Refusal) as error:
            _log.warning(
                "invoice_not_charged", invoice_id=str(invoice_id), why=type(error).__name__
            )


async def mind_payment_methods(tools: Toolbox) -> None:
    """Sweep: what was saved on pages whose webhook was lost; what was removed, also outside."""
    now, mandates = tools.clock.now(), tools.outside.mandates
    async with tools.database.begin() as session:
        pages = await saving.pages_to_look_at(session, now=now)
        removed = await saving.to_forget(session)
    for page in pages:
        try:
            await saving.ask_and_take(tools.database, mandates, page.session_id, now=now)
        except PaymentsUnavailable:
            _log.warning("setup_not_settled", payment_method_id=str(page.method_id))
    for method in removed:
        await saving.forget(tools.database, mandates, method, now=now)


async def send_refund(tools: Toolbox, payload: Mapping[str, str]) -> None:
    """Errand SEND_REFUND {"refund_id"}: a repeat looks first."""
    await refund_sending.send(
        tools.database,
        tools.outside.reversals,
        UUID(payload["refund_id"]),
        longest_call_s=rules.longest_call_s(tools.settings),
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
    """Sweep: what is logged of prepaid companies is set aside; what is open is paid, also of those
    who pay by invoice and have money left from before."""
    now = tools.clock.now()
    async with tools.database.begin() as session:
        companies = await credit_terms.prepaid_companies(session, now)
        others = await spending.passed_by(session)
    for company_id in companies:
        async with tools.database.begin() as session:
            await carrying.set_aside(session, company_id, now=now)
            await carrying.follow(session, company_id, now=now)
            await spending.spend_on_open(session, company_id, now=now)
    for company_id in others:
        if company_id not in companies:
            async with tools.database.begin() as session:
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
