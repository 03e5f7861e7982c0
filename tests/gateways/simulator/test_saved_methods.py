"""Means of payment are saved on a page, charged while nobody is there, and taken away again."""

from typing import Any

import pytest
import stripe

from app.simulators.stripe import payment_methods
from tests.factories import quick
from tests.gateways.simulator.running import Running
from tests.gateways.simulator.test_shapes import clean


async def saved(sim: Running, **means: str) -> tuple[str, str]:
    """A customer and the means of payment that she has saved."""
    client = sim.client()
    customer = await client.v1.customers.create_async({"name": "Invented Labs"})
    page = await client.v1.checkout.sessions.create_async(
        {"mode": "setup", "currency": "eur", "customer": customer.id,
         "success_url": "https://client.example.test/saved", "client_reference_id": "m-1",
         "setup_intent_data": {"metadata": {"method": "m-1"}}}
    )  # fmt: skip
    clean(page)
    assert (page.status, page.payment_status, page.amount_total) == (
        "open", "no_payment_required", None
    )  # fmt: skip
    await sim.order(f"checkout/{page.id}/pay", **means)
    done: Any = await client.v1.checkout.sessions.retrieve_async(
        page.id, {"expand": ["setup_intent.payment_method"]}
    )
    clean(done.setup_intent)
    clean(done.setup_intent.payment_method)
    assert (done.status, done.setup_intent.status) == ("complete", "succeeded")
    clean(await client.v1.mandates.retrieve_async(done.setup_intent.mandate))
    return customer.id, done.setup_intent.payment_method.id


def wanted(customer: str, method: str, **over: Any) -> Any:
    return {"amount": 11_900, "currency": "eur", "customer": customer, "payment_method": method,
            "confirm": True, "off_session": True, "metadata": {"of": "1"}, **over}  # fmt: skip


async def test_a_saved_card_is_charged_at_once(sim: Running) -> None:
    customer, method = await saved(sim)
    paid = await sim.client().v1.payment_intents.create_async(wanted(customer, method))
    clean(paid)
    assert (paid.status, paid.amount_received, paid.payment_method) == ("succeeded", 11_900, method)
    await sim.order("clock/advance", seconds=0)
    assert sim.letters.kinds() == [
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    for letter in sim.letters.deliveries:
        clean(letter.event["data"]["object"])
    assert (await sim.proof())["holds"]


@pytest.mark.parametrize("bank", quick.first(sorted({*payment_methods.BANKS} - {"pays"})))
async def test_a_refused_charge_leaves_its_intent(sim: Running, bank: str) -> None:
    customer, method = await saved(sim, bank=bank)
    client, said = sim.client(), payment_methods.BANKS[bank]
    assert said is not None
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            await client.v1.payment_intents.create_async(
                wanted(customer, method), {"idempotency_key": "one"}
            )
        assert (refused.value.code, refused.value.http_status) == (said[0], 402)
    listed = await client.v1.payment_intents.list_async({"customer": customer})
    (intent,) = listed.data
    clean(intent)
    assert (intent.status, intent.latest_charge) == ("requires_payment_method", None)
    assert refused.value.error is not None
    assert refused.value.error.payment_intent is not None
    assert refused.value.error.payment_intent.id == intent.id
    canceled = await client.v1.payment_intents.cancel_async(intent.id)
    assert canceled.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": method})
    assert (await sim.proof())["holds"]


async def test_a_debit_is_paid_or_comes_back_days_later(sim: Running) -> None:
    client, states = sim.client(), []
    for bank in ("pays", "insufficient_funds"):
        customer, method = await saved(sim, method="sepa_debit", bank=bank)
        under_way = await client.v1.payment_intents.create_async(wanted(customer, method))
        clean(under_way)
        assert under_way.status == "processing"
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.payment_intents.cancel_async(under_way.id)
        states.append(under_way.id)
    balance = await client.v1.balance.retrieve_async()
    assert balance.pending[0].amount == 0
    await sim.order("clock/advance", seconds=3 * 86_400 + 1)
    ended = [await client.v1.payment_intents.retrieve_async(each) for each in states]
    assert [each.status for each in ended] == ["succeeded", "requires_payment_method"]
    for each in ended:
        clean(each)
        clean(await client.v1.charges.retrieve_async(str(each.latest_charge)))
    kinds = sim.letters.kinds()
    assert {"charge.pending", "charge.failed", "payment_intent.payment_failed"} <= {*kinds}
    assert (await sim.proof())["holds"]


@pytest.mark.slow
async def test_a_debit_on_the_page_completes_it_and_is_paid_later(sim: Running) -> None:
    pages = [await sim.session(), await sim.session()]
    for page, bank in zip(pages, ("pays", "insufficient_funds"), strict=True):
        shown = await sim.order(f"checkout/{page.id}/pay", method="sepa_debit", bank=bank)
        assert (shown["status"], shown["payment_status"]) == ("complete", "unpaid")
    await sim.order("clock/advance", seconds=3 * 86_400 + 1)
    client = sim.client()
    said = [(await client.v1.checkout.sessions.retrieve_async(p.id)).payment_status for p in pages]
    assert said == ["paid", "unpaid"]
    assert len(sim.letters.of("checkout.session.async_payment_succeeded")) == 1
    assert len(sim.letters.of("checkout.session.async_payment_failed")) == 1
    assert (await sim.proof())["holds"]


@pytest.mark.slow
async def test_what_was_taken_away_is_charged_no_more(sim: Running) -> None:
    customer, method = await saved(sim)
    client = sim.client()
    (kept,) = (await client.v1.payment_methods.list_async({"customer": customer})).data
    assert kept.id == method
    clean(await client.v1.payment_methods.detach_async(method))
    assert (await client.v1.payment_methods.list_async({"customer": customer})).data == []
    for call in (
        client.v1.payment_intents.create_async(wanted(customer, method)),
        client.v1.payment_methods.detach_async(method),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            await call


@pytest.mark.slow
async def test_a_setup_may_fail_and_be_given_up(sim: Running) -> None:
    client = sim.client()
    setup = await client.v1.setup_intents.create_async({"usage": "off_session"})
    clean(setup)
    await sim.order(f"setup_intents/{setup.id}/refuse")
    refused = await client.v1.setup_intents.retrieve_async(setup.id)
    clean(refused)
    assert refused.status == "requires_payment_method"
    assert (await client.v1.setup_intents.cancel_async(setup.id)).status == "canceled"
    other = await client.v1.setup_intents.create_async({})
    await sim.order(f"setup_intents/{other.id}/complete", method="sepa_debit")
    assert (await client.v1.setup_intents.retrieve_async(other.id)).status == "succeeded"
