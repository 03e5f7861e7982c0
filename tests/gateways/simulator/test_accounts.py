"""Connected accounts, their capabilities and their onboarding."""

import re
from typing import Any

import pytest
import stripe

from tests.gateways.simulator.running import CONNECT_SECRET, PAYEE, Running

LINK: Any = {
    "type": "account_onboarding",
    "account_onboarding": {
        "refresh_url": "https://payee.example.test/again",
        "return_url": "https://payee.example.test/done",
    },
}


async def capability(sim: Running, account: str) -> Any:
    found = await sim.client().v2.core.accounts.retrieve_async(
        account, {"include": ["configuration.recipient"]}
    )
    assert found.configuration is not None
    assert found.configuration.recipient is not None
    assert found.configuration.recipient.capabilities is not None
    return found.configuration.recipient.capabilities.stripe_balance


async def test_fields_are_null_unless_included(sim: Running) -> None:
    client = sim.client()
    made = await client.v2.core.accounts.create_async({**PAYEE, "include": []})
    assert made.id.startswith("acct_sim_")
    assert made.livemode is False
    assert (made.configuration, made.requirements, made.identity, made.defaults) == (None,) * 4
    full = await client.v2.core.accounts.retrieve_async(
        made.id, {"include": ["configuration.recipient", "requirements", "identity", "defaults"]}
    )
    assert full.identity is not None
    assert full.identity.country == "us"
    assert full.requirements is not None
    assert full.requirements.entries
    assert full.defaults is not None
    assert full.defaults.currency == "usd"


async def test_onboarding_makes_capabilities_active(sim: Running) -> None:
    account = await sim.payee(onboarded=False)
    before = await capability(sim, account)
    assert (before.stripe_transfers.status, before.payouts.status) == ("restricted",) * 2
    assert before.stripe_transfers.status_details[0].resolution == "provide_info"
    await sim.order(f"accounts/{account}/onboard")
    after = await capability(sim, account)
    assert (after.stripe_transfers.status, after.payouts.status) == ("active", "active")
    assert sim.letters.kinds() == [
        "v2.core.account[requirements].updated",
        "v2.core.account[configuration.recipient].capability_status_updated",
        "v2.core.account[configuration.recipient].capability_status_updated",
    ]


async def test_a_restriction_stops_transfers(sim: Running) -> None:
    account = await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    await sim.order(f"accounts/{account}/restrict", capability="stripe_transfers")
    state = await capability(sim, account)
    assert (state.stripe_transfers.status, state.payouts.status) == ("restricted", "active")
    with pytest.raises(stripe.InvalidRequestError) as found:
        await sim.client().v1.transfers.create_async(
            {"amount": 1, "currency": "usd", "destination": account}
        )
    assert found.value.code == "insufficient_capabilities_for_transfer"


async def test_a_thin_event_leads_to_its_data_and_its_account(sim: Running) -> None:
    account = await sim.payee()
    client = sim.client()
    letter = sim.letters.deliveries[-1]
    assert letter.path == "/connect"
    note = client.parse_event_notification(letter.body, letter.signature, CONNECT_SECRET)
    assert "data" not in letter.event
    assert note.context is not None
    assert str(note.context) == account
    event: Any = await client.v2.core.events.retrieve_async(
        note.id, options={"stripe_context": str(note.context)}
    )
    assert event.data.updated_capability == "stripe_balance.payouts"
    assert event.related_object.id == account
    same = await client.v2.core.accounts.retrieve_async(
        account, options={"stripe_context": str(note.context)}
    )
    assert same.id == account


async def test_the_link_leads_through_the_page_once(sim: Running) -> None:
    account = await sim.payee(onboarded=False)
    link = await sim.client().v2.core.account_links.create_async(
        {"account": account, "use_case": LINK}
    )
    page = await sim.http.get(link.url)
    assert "simulation and not Stripe" in page.text
    done = await sim.http.post(link.url)
    assert (done.status_code, done.headers["location"]) == (303, "https://payee.example.test/done")
    assert (await capability(sim, account)).stripe_transfers.status == "active"
    again = await sim.http.get(link.url)
    assert again.headers["location"] == "https://payee.example.test/again"


async def test_an_expired_link_asks_for_a_fresh_one(sim: Running) -> None:
    account = await sim.payee(onboarded=False)
    link = await sim.client().v2.core.account_links.create_async(
        {"account": account, "use_case": LINK}
    )
    await sim.order("clock/advance", seconds=3600)
    late = await sim.http.post(link.url)
    assert late.headers["location"] == "https://payee.example.test/again"
    assert (await capability(sim, account)).stripe_transfers.status == "restricted"


async def test_capabilities_need_a_country(sim: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=re.escape("identity.country")):
        await sim.client().v2.core.accounts.create_async({**PAYEE, "identity": {}})


async def test_stand_ins_refuse_nonsense(sim: Running) -> None:
    assert (await sim.http.post("/_sim/accounts/acct_none/onboard")).status_code == 404
    bare = await sim.client().v2.core.accounts.create_async({"display_name": "Nobody"})
    for body in ({}, {"colour": "red"}, {"currency": "xxx"}, {"currency": 5}):
        response = await sim.http.post(f"/_sim/accounts/{bare.id}/onboard", json=body)
        assert response.status_code == 400
    for raw in (b"{", b"[]"):
        response = await sim.http.post(f"/_sim/accounts/{bare.id}/onboard", content=raw)
        assert response.status_code == 400
