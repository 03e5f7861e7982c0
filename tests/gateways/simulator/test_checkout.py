"""Hosted Checkout from open to paid or expired, and what a payment leaves behind."""

from typing import Any

import pytest
import stripe

from app.simulators.stripe import clock, money
from tests.gateways.simulator.running import Running, checkout


async def test_paying_leaves_an_intent_a_charge_and_pending_money(sim: Running) -> None:
    client = sim.client()
    session = await sim.session(
        payment_intent_data={"transfer_group": "invoice-1", "metadata": {"invoice": "1"}},
        metadata={"invoice": "1"},
        client_reference_id="invoice-1",
    )
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.amount_total == 100_000
    assert session.payment_intent is None
    await sim.order(f"checkout/{session.id}/pay")
    paid: Any = await client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.line_items.data[0].amount_total == 100_000
    intent = paid.payment_intent
    assert (intent.status, intent.amount_received) == ("succeeded", 100_000)
    assert intent.transfer_group == intent.latest_charge.transfer_group == "invoice-1"
    assert intent.metadata["invoice"] == "1"
    transaction = intent.latest_charge.balance_transaction
    assert (transaction.amount, transaction.fee, transaction.net) == (100_000, 2_930, 97_070)
    assert transaction.status == "pending"
    assert transaction.available_on == transaction.created + 2 * clock.DAY
    balance = await client.v1.balance.retrieve_async()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 97_070)
    assert sim.letters.kinds() == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


async def test_money_becomes_available_after_two_days(sim: Running) -> None:
    session = await sim.session()
    await sim.order(f"checkout/{session.id}/pay")
    await sim.order("clock/advance", seconds=2 * clock.DAY - 60)
    client = sim.client()
    assert (await client.v1.balance.retrieve_async()).available[0].amount == 0
    await sim.order("clock/advance", seconds=60)
    balance = await client.v1.balance.retrieve_async()
    assert (balance.available[0].amount, balance.pending[0].amount) == (97_070, 0)
    (announced,) = sim.letters.of("balance.available")
    assert announced.event["data"]["object"]["available"][0]["amount"] == 97_070


async def test_the_page_pays_and_leads_back(sim: Running) -> None:
    session = await sim.session()
    page = await sim.http.get(session.url)
    assert "simulation and not Stripe" in page.text
    assert "1,000.00 USD" in page.text
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    paid = await sim.http.post(f"/_sim/checkout/{session.id}/pay", headers=form)
    assert paid.status_code == 303
    assert paid.headers["location"] == f"https://client.example.test/paid?session={session.id}"
    assert (await sim.http.get(session.url)).status_code == 410


async def test_the_page_escapes_what_it_shows(sim: Running) -> None:
    wanted = checkout(1000)
    wanted["line_items"][0]["price_data"]["product_data"]["name"] = "<script>x</script>"
    session = await sim.client().v1.checkout.sessions.create_async(wanted)
    assert session.url is not None
    assert "<script>" not in (await sim.http.get(session.url)).text


async def test_only_an_open_session_can_be_paid_or_expired(sim: Running) -> None:
    client = sim.client()
    paid, expired = await sim.session(), await sim.session()
    await sim.order(f"checkout/{paid.id}/pay")
    gone = await client.v1.checkout.sessions.expire_async(expired.id)
    assert (gone.status, gone.url) == ("expired", None)
    for session in (paid, expired):
        assert (await sim.http.post(f"/_sim/checkout/{session.id}/pay")).status_code == 400
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.checkout.sessions.expire_async(session.id)
    assert (await sim.http.post("/_sim/checkout/cs_test_none/pay")).status_code == 404
    assert (await client.v1.balance.retrieve_async()).pending[0].amount == 97_070


async def test_a_session_expires_by_the_clock(sim: Running) -> None:
    session = await sim.session()
    await sim.order("clock/advance", seconds=clock.DAY)
    found = await sim.client().v1.checkout.sessions.retrieve_async(session.id)
    assert found.status == "expired"
    (told,) = sim.letters.of("checkout.session.expired")
    assert told.event["created"] == session.expires_at


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "subscription"},
        {"success_url": ""},
        {"line_items": []},
        {"customer": "cus_none"},
        {"expires_at": 5},
        {"allow_promotion_codes": True},
        {"line_items": [{"price": "price_1", "quantity": 1}]},
    ],
)
async def test_what_cannot_be_a_session(sim: Running, change: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await sim.client().v1.checkout.sessions.create_async({**checkout(1000), **change})


@pytest.mark.parametrize(
    ("amount", "code"), [(49, "amount_too_small"), (100_000_000, "amount_too_large")]
)
async def test_amounts_have_bounds(sim: Running, amount: int, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as found:
        await sim.session(amount)
    assert found.value.code == code


async def test_a_customer_can_be_named(sim: Running) -> None:
    client = sim.client()
    customer = await client.v1.customers.create_async(
        {"name": "Invented Labs", "email": "billing@example.test", "metadata": {"company": "7"}}
    )
    assert customer.id.startswith("cus_sim_")
    assert (await client.v1.customers.retrieve_async(customer.id)).name == "Invented Labs"
    session = await sim.session(customer=customer.id)
    assert session.customer == customer.id
    listed = await client.v1.checkout.sessions.list_async({"customer": customer.id})
    assert [found.id for found in listed.data] == [session.id]


@pytest.mark.parametrize(
    ("amount", "fee"), [(50, 31), (1_000, 59), (2_017, 88), (100_000, 2_930), (10**7, 290_030)]
)
def test_the_card_fee(amount: int, fee: int) -> None:
    assert money.card_fee(amount) == fee
