"""Deliveries: really signed, repeated until accepted, and wrong in every ordered way."""

import time
from typing import Any

import pytest
import stripe

from tests.gateways.simulator.running import (
    CONNECT_SECRET,
    PLATFORM_SECRET,
    Delivery,
    Letterbox,
    Running,
)


async def one_event(sim: Running) -> None:
    """Cause exactly one platform event, `balance.available`."""
    await sim.order("top-ups", amount=100, currency="usd")


def arrived(count: int) -> Any:
    def enough(letters: Letterbox) -> bool:
        return len(letters.deliveries) >= count

    return enough


def construct(sim: Running, letter: Delivery, secret: str) -> stripe.Event:
    return sim.client().construct_event(letter.body, letter.signature, secret)


async def test_the_sdk_accepts_the_signature(sim: Running) -> None:
    await one_event(sim)
    (letter,) = sim.letters.deliveries
    event = construct(sim, letter, PLATFORM_SECRET)
    assert (event.type, event.livemode) == ("balance.available", False)
    assert event.api_version == stripe.api_version
    with pytest.raises(stripe.SignatureVerificationError):
        construct(sim, letter, CONNECT_SECRET)


async def test_a_signature_is_of_the_wall_clock_even_when_the_clock_is_ahead(sim: Running) -> None:
    await sim.order("clock/advance", seconds=90 * 86_400)
    await one_event(sim)
    (letter,) = sim.letters.deliveries
    event = construct(sim, letter, PLATFORM_SECRET)
    assert event.created > time.time() + 89 * 86_400


async def test_thin_and_snapshot_events_go_to_their_endpoints(sim: Running) -> None:
    payee = await sim.payee()
    await one_event(sim)
    thin = [letter for letter in sim.letters.deliveries if letter.path == "/connect"]
    snapshots = [letter for letter in sim.letters.deliveries if letter.path == "/platform"]
    assert {letter.event["object"] for letter in thin} == {"v2.core.event"}
    assert {letter.event["object"] for letter in snapshots} == {"event"}
    assert thin[0].event["related_object"]["id"] == payee
    with pytest.raises(ValueError, match="thin"):
        construct(sim, thin[0], CONNECT_SECRET)


async def test_what_is_not_accepted_is_sent_again(sim: Running) -> None:
    sim.letters.answers = [500, 302, 400]
    await one_event(sim)
    pending = await sim.client().v1.events.list_async({"delivery_success": False})
    assert [event.pending_webhooks for event in pending.data] == [1]
    await sim.letters.wait_for(arrived(4))
    assert len({letter.event["id"] for letter in sim.letters.deliveries}) == 1
    assert len({letter.body for letter in sim.letters.deliveries}) == 1
    await settled(sim)
    (event,) = (await sim.client().v1.events.list_async({"delivery_success": True})).data
    assert event.pending_webhooks == 0


async def settled(sim: Running) -> None:
    """The delivery is noted a moment after the letterbox has answered."""
    for _ in range(500):
        if not (await sim.client().v1.events.list_async({"delivery_success": False})).data:
            return
    pytest.fail("the delivery was never noted")


async def test_duplicates(sim: Running) -> None:
    await sim.order("faults", kind="webhook_duplicate", event="balance.*", copies=2)
    await one_event(sim)
    await sim.letters.wait_for(arrived(3))
    assert len({letter.event["id"] for letter in sim.letters.deliveries}) == 1


async def test_a_dropped_event_is_only_found_by_asking(sim: Running) -> None:
    await sim.order("faults", kind="webhook_drop", event="balance.available")
    await one_event(sim)
    await one_event(sim)
    assert len(sim.letters.deliveries) == 1
    missed = (await sim.client().v1.events.list_async({"delivery_success": False})).data
    assert len(missed) == 1
    assert missed[0].id != sim.letters.deliveries[0].event["id"]


async def test_a_delayed_event_arrives_out_of_order(sim: Running) -> None:
    await sim.order("faults", kind="webhook_delay", event="charge.succeeded", seconds=0.2)
    session = await sim.session()
    await sim.order(f"checkout/{session.id}/pay")
    assert sim.letters.kinds() == ["payment_intent.succeeded", "checkout.session.completed"]
    await sim.letters.wait_for(arrived(3))
    assert sim.letters.kinds()[-1] == "charge.succeeded"


@pytest.mark.parametrize(
    "kind", ["webhook_bad_signature", "webhook_wrong_secret", "webhook_old_timestamp"]
)
async def test_a_forged_delivery_is_refused_and_the_true_one_follows(
    sim: Running, kind: str
) -> None:
    await sim.order("faults", kind=kind)
    sim.letters.answers = [400]
    await one_event(sim)
    await sim.letters.wait_for(arrived(2))
    forged, true = sim.letters.deliveries
    with pytest.raises(stripe.SignatureVerificationError):
        construct(sim, forged, PLATFORM_SECRET)
    construct(sim, true, PLATFORM_SECRET)


async def test_events_are_listed_by_account_and_type(sim: Running) -> None:
    payee = await sim.payee()
    await one_event(sim)
    client = sim.client()
    await client.v1.transfers.create_async({"amount": 9, "currency": "usd", "destination": payee})
    await client.v1.payouts.create_async(
        {"amount": 9, "currency": "usd"}, {"stripe_account": payee}
    )
    platform = [event.type for event in (await client.v1.events.list_async()).data]
    assert platform == ["transfer.created", "balance.available"]
    some = await client.v1.events.list_async({"types": ["transfer.*"]})
    assert [event.type for event in some.data] == ["transfer.created"]
    own = (await client.v1.events.list_async(options={"stripe_account": payee})).data
    assert [(event.type, event.account) for event in own] == [("payout.created", payee)]
    found = await client.v1.events.retrieve_async(own[0].id, options={"stripe_account": payee})
    assert found.request is not None
    assert found.request.id is not None
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.events.retrieve_async(own[0].id)


async def test_events_are_kept_for_thirty_days(sim: Running) -> None:
    await one_event(sim)
    await sim.order("clock/advance", seconds=30 * 86_400 + 5)
    assert (await sim.client().v1.events.list_async()).data == []


async def test_a_window_of_events_comes_in_an_order_that_the_seed_decides(sim: Running) -> None:
    """Nothing is lost or doubled by it, and most of it comes at another place than it was sent."""
    await sim.order("faults/shuffle", seed=7, window=50, seconds=0.2)
    for _ in range(4):
        session = await sim.session()
        await sim.order(f"checkout/{session.id}/pay")
    for _ in range(10):
        await sim.client().v1.checkout.sessions.expire_async((await sim.session()).id)
    await sim.order("clock/advance", seconds=0)
    arrived = [letter.event["id"] for letter in sim.letters.deliveries]
    listed = await sim.client().v1.events.list_async({"limit": 100})
    sent = [event.id for event in reversed(listed.data)]
    assert len(sent) == 22
    assert sorted(arrived) == sorted(sent)
    assert arrived != sent
    refused = await sim.http.post("/_sim/faults/shuffle", json={"window": 0, "seed": 1})
    assert refused.status_code == 400
