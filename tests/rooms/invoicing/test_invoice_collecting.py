"""An invoice's money comes in once, whatever goes wrong on the way."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.actor import ClientActor, CompanyRole
from app.domain.refusals import NotAllowed, NotFound
from app.gateways.payments import Checkout, CheckoutState
from app.invoicing import collecting, paying
from app.invoicing.collecting import StrayMoney
from app.invoicing.refusals import (
    InvoiceAlreadyCollected,
    PaymentProviderSilent,
)
from app.jobs import invoicing as jobs
from app.jobs import stripe_events
from app.kit.ids import new_id
from app.kit.inbox import InboxEvent
from app.main import toolbox_of
from app.timesheets.tables import Approval
from tests.factories.invoiced import Stage

GROSS = 11_900
FEE = 375  # 2.9 % of 119.00 are 3.45, and 0.30


async def sessions_at(stage: Stage) -> list[str]:
    page = await stage.sim.client().v1.checkout.sessions.list_async(params={"limit": 100})
    return [each.id for each in page.data]


async def test_a_page_is_opened_once_and_paid_once(stage: Stage) -> None:
    page = await stage.pay_page()
    assert page.amount_minor == GROSS
    assert (await stage.pay_page()) == page
    assert len(await sessions_at(stage)) == 1
    assert await stage.credit_used() == 3600 * 10_000

    await stage.somebody_pays()
    await stage.post_webhooks()
    await stage.work()

    assert (await stage.summary()).state == "collected"
    company = stage.deal.company.id
    assert await stage.balances() == {
        "asset:stripe:pending": GROSS - FEE,
        "expense:stripe:processing": FEE,
        "income:services": -10_000,
        "liability:tax:vat:DE": -1_900,
    }
    assert f"asset:receivable:client:{company}" not in await stage.balances()
    assert await stage.credit_used() == 0
    async with stage.runtime.database.begin() as session:
        (approval,) = (await session.scalars(select(Approval))).all()
        assert approval.funded_at is not None
    with pytest.raises(InvoiceAlreadyCollected):
        await stage.pay_page()
    await stage.assert_proven()


async def test_the_same_webhook_again_changes_nothing(stage: Stage) -> None:
    await stage.pay_page()
    await stage.somebody_pays()
    await stage.post_webhooks()
    await stage.work()
    before = await stage.balances()
    await stage.post_webhooks(again=True)
    assert await stage.work() == 0
    assert await stage.settle() == "already_collected"
    assert await stage.balances() == before
    await stage.assert_proven()


async def test_a_webhook_says_what_happened_to_it(stage: Stage) -> None:
    await stage.pay_page()
    await stage.somebody_pays()
    await stage.post_webhooks()
    await stage.work()
    async with stage.runtime.database.begin() as session:
        events = (await session.scalars(select(InboxEvent))).all()
    assert {event.kind: event.outcome for event in events} == {
        "charge.succeeded": "ignored",
        "payment_intent.succeeded": "ignored",
        "checkout.session.completed": "collected",
    }
    assert all(event.handled_at for event in events)


async def test_money_becomes_available_by_our_clock(stage: Stage) -> None:
    await stage.pay_page()
    await stage.somebody_pays()
    await stage.settle()
    tools = toolbox_of(stage.runtime)
    await jobs.clear_payments(tools)
    assert (await stage.balances())["asset:stripe:pending"] == GROSS - FEE
    stage.advance(3 * 86_400)
    for _ in range(2):
        await jobs.clear_payments(tools)
        balances = await stage.balances()
        assert balances["asset:stripe:available"] == GROSS - FEE
        assert "asset:stripe:pending" not in balances
    await stage.assert_proven()


async def test_a_lost_webhook_is_made_up_for(stage: Stage) -> None:
    await stage.pay_page()
    await stage.somebody_pays()
    tools = toolbox_of(stage.runtime)
    await jobs.look_at_open_pages(tools)
    assert (await stage.summary()).state == "issued"
    stage.advance(int(timedelta(minutes=11).total_seconds()))
    await jobs.look_at_open_pages(tools)
    assert (await stage.summary()).state == "collected"
    await stage.assert_proven()


async def test_a_silent_provider_does_not_stop_the_sweep(stage: Stage) -> None:
    await stage.pay_page()
    stage.advance(1_000)
    await stage.sim.order(
        "faults", kind="error_500_before_commit", method="GET", path="/v1/checkout/sessions"
    )
    await jobs.look_at_open_pages(toolbox_of(stage.runtime))
    assert [each.state for each in await stage.collections()] == ["open"]


async def test_a_webhook_may_be_faster_than_our_own_row(stage: Stage) -> None:
    """The page is open and paid at the provider while our row still says intended."""
    async with stage.runtime.database.begin() as session:
        intent = await paying._intend(
            session, stage.deal.company.id, stage.invoice_id, now=stage.now
        )
    opened = await stage.runtime.outside.payments.open_checkout(
        intent.collection_id,
        amount_minor=GROSS,
        currency="EUR",
        label="x",
        return_url="https://company.example/paid",
    )
    assert isinstance(opened, Checkout)
    await stage.sim.order(f"checkout/{opened.session_id}/pay")
    await stage.post_webhooks()
    await stage.work()
    assert [each.state for each in await stage.collections()] == ["paid"]
    with pytest.raises(InvoiceAlreadyCollected):
        await stage.pay_page()
    await stage.assert_proven()


async def test_an_expired_page_is_replaced(stage: Stage) -> None:
    first = await stage.pay_page()
    await stage.runtime.outside.payments.expire_checkout(await stage.page_id())
    second = await stage.pay_page()
    assert second.checkout_url != first.checkout_url
    assert [each.state for each in await stage.collections()] == ["expired", "open"]
    await stage.sim.letters.wait_for(lambda box: bool(box.of("checkout.session.expired")))
    await stage.post_webhooks()  # about the first page, late
    await stage.work()
    assert (await stage.pay_page()) == second


async def test_an_expiry_that_only_the_webhook_tells(stage: Stage) -> None:
    await stage.pay_page()
    await stage.runtime.outside.payments.expire_checkout(await stage.page_id())
    await stage.sim.letters.wait_for(lambda box: bool(box.of("checkout.session.expired")))
    await stage.post_webhooks()
    await stage.work()
    assert [each.state for each in await stage.collections()] == ["expired"]


async def test_paid_while_we_looked_away(stage: Stage) -> None:
    """No webhook came; the next call notices that the page was paid."""
    await stage.pay_page()
    await stage.somebody_pays()
    with pytest.raises(InvoiceAlreadyCollected):
        await stage.pay_page()
    await stage.assert_proven()


@pytest.mark.parametrize("fault", ["timeout_after_commit", "close_after_commit"])
async def test_a_lost_answer_opens_no_second_page(stage: Stage, fault: str) -> None:
    await stage.sim.order("faults", kind=fault, method="POST", path="/v1/checkout/sessions")
    stage.lose_patience()
    with pytest.raises(PaymentProviderSilent):
        await stage.pay_page()
    assert [each.state for each in await stage.collections()] == ["intended"]
    page = await stage.pay_page()
    (session_id,) = await sessions_at(stage)
    assert session_id in page.checkout_url
    assert len(await stage.collections()) == 1


async def test_a_stored_failure_does_not_last_a_day(stage: Stage) -> None:
    """Stripe repeats a 500 for every request with its key; another intent gets another key."""
    await stage.sim.order(
        "faults", kind="error_500_after_commit", method="POST", path="/v1/checkout/sessions"
    )
    for _ in range(2):
        with pytest.raises(PaymentProviderSilent):
            await stage.pay_page()
    stage.advance(601)
    await stage.pay_page()
    assert [each.state for each in await stage.collections()] == ["expired", "open"]


async def test_a_silent_provider_is_a_503_while_a_page_is_open(stage: Stage) -> None:
    page = await stage.pay_page()
    await stage.sim.order(
        "faults", kind="error_500_before_commit", method="GET", path="/v1/checkout/sessions"
    )
    with pytest.raises(PaymentProviderSilent):
        await stage.pay_page()
    assert (await stage.pay_page()) == page


async def test_only_ones_own_invoices_and_only_with_the_right(stage: Stage) -> None:
    stage.client = replace(stage.client, company_id=new_id())
    with pytest.raises(NotFound):
        await stage.pay_page()
    stage.client = ClientActor(stage.deal.company.id, None, None, CompanyRole.VIEWER)
    with pytest.raises(NotAllowed):
        await stage.pay_page()


async def test_money_that_fits_nothing_is_not_booked(stage: Stage) -> None:
    await stage.pay_page()
    (collection,) = await stage.collections()
    told = CheckoutState(
        "paid", collection.id, charge_id="ch_1", balance_transaction_id="txn_1",
        gross_minor=GROSS + 1, fee_minor=1, currency="EUR", available_at=stage.now,
    )  # fmt: skip
    session_id = await stage.page_id()
    stray = (
        (session_id, told),
        (session_id, replace(told, gross_minor=GROSS, currency="USD")),
        ("cs_other", replace(told, gross_minor=GROSS)),
        ("cs_other", replace(told, gross_minor=GROSS, collection_id=new_id())),
    )
    for about, state in stray:
        with pytest.raises(StrayMoney):
            async with stage.runtime.database.begin() as session:
                await collecting.settle_checkout(session, about, state, now=stage.now)
    async with stage.runtime.database.begin() as session:
        foreign = replace(told, collection_id=None)
        said = await collecting.settle_checkout(session, "cs_other", foreign, now=stage.now)
    assert said == "not_ours"
    assert (await stage.summary()).state == "issued"
    await stage.assert_proven()


async def test_a_forged_webhook_does_nothing(stage: Stage) -> None:
    await stage.pay_page()
    page_id = await stage.page_id()
    forged = {
        "id": "evt_forged",
        "type": "checkout.session.completed",
        "data": {"object": {"id": page_id, "payment_status": "paid"}},
    }
    await stage.somebody_pays()
    real = stage.sim.letters.deliveries[-1]
    stage.sim.letters.deliveries.append(replace(real, body=json.dumps(forged).encode()))
    with pytest.raises(AssertionError, match="notice_forged"):
        await stage.post_webhooks()
    async with stage.runtime.database.begin() as session:
        kept = await session.scalars(select(InboxEvent.provider_event_id))
        assert "evt_forged" not in kept.all()


async def test_a_true_event_about_an_unpaid_page_collects_nothing(stage: Stage) -> None:
    """Even a signed body is not believed: the provider is asked."""
    await stage.pay_page()
    body = {"data": {"object": {"id": await stage.page_id(), "payment_status": "paid"}}}
    async with stage.runtime.database.begin() as session:
        event_id = new_id()
        session.add(
            InboxEvent(
                id=event_id, source="stripe", provider_event_id="evt_1",
                kind="checkout.session.completed", body=body, received_at=stage.now,
            )
        )  # fmt: skip
    await stripe_events.handle_stripe_event(
        toolbox_of(stage.runtime), {"inbox_event_id": str(event_id)}
    )
    assert (await stage.summary()).state == "issued"
    async with stage.runtime.database.begin() as session:
        event = await session.get_one(InboxEvent, event_id)
        assert event.outcome == "unchanged"
