"""Money from the platform to a person's bank, and back when the bank refuses."""

import asyncio
from typing import Any

import pytest
import stripe

from app.simulators.stripe import clock
from tests.gateways.simulator.running import PAYEE, Running


async def funded(sim: Running, amount: int = 10_000, **options: Any) -> str:
    """A payee with `amount` in their balance, from a platform left with nothing."""
    payee = await sim.payee(**options)
    await sim.order("top-ups", amount=amount, currency="usd")
    await sim.client().v1.transfers.create_async(
        {"amount": amount, "currency": "usd", "destination": payee, "transfer_group": "payout-1"}
    )
    return payee


async def balance(sim: Running, account: str | None = None) -> tuple[int, int]:
    options: Any = {"stripe_account": account} if account else {}
    found = await sim.client().v1.balance.retrieve_async(options=options)
    return found.available[0].amount, found.pending[0].amount


async def pay_out(sim: Running, account: str, amount: int, **params: Any) -> stripe.Payout:
    return await sim.client().v1.payouts.create_async(
        {"amount": amount, "currency": "usd", **params}, {"stripe_account": account}
    )


async def test_a_transfer_is_minus_here_and_plus_there(sim: Running) -> None:
    payee = await funded(sim)
    assert await balance(sim) == (0, 0)
    assert await balance(sim, payee) == (10_000, 0)
    client = sim.client()
    (transfer,) = (await client.v1.transfers.list_async({"transfer_group": "payout-1"})).data
    assert transfer.id.startswith("tr_sim_")
    same: Any = await client.v1.transfers.retrieve_async(
        transfer.id, {"expand": ["balance_transaction", "destination_payment"]}
    )
    assert same.balance_transaction.net == -10_000
    assert same.destination_payment.source_transfer == transfer.id
    here = await client.v1.balance_transactions.list_async({"source": transfer.id})
    there = await client.v1.balance_transactions.list_async(options={"stripe_account": payee})
    assert [row.type for row in here.data] == ["transfer"]
    assert [(row.type, row.net) for row in there.data] == [("payment", 10_000)]
    assert (await client.v1.balance_transactions.retrieve_async(here.data[0].id)).net == -10_000


async def test_a_transfer_beyond_the_available_balance_is_refused(sim: Running) -> None:
    payee = await sim.payee()
    session = await sim.session()
    await sim.order(f"checkout/{session.id}/pay")
    wanted: Any = {"amount": 97_070, "currency": "usd", "destination": payee}
    client = sim.client()
    with pytest.raises(stripe.InvalidRequestError) as found:
        await client.v1.transfers.create_async(wanted)
    assert (found.value.http_status, found.value.code) == (400, "balance_insufficient")
    await sim.order("clock/advance", seconds=2 * clock.DAY)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.transfers.create_async({**wanted, "amount": 97_071})
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.transfers.create_async({**wanted, "currency": "eur", "amount": 1})
    await client.v1.transfers.create_async(wanted)
    assert await balance(sim) == (0, 0)


async def test_a_source_transaction_waits_for_its_charge(sim: Running) -> None:
    payee = await sim.payee()
    session = await sim.session()
    paid = await sim.order(f"checkout/{session.id}/pay")
    client = sim.client()
    intent = await client.v1.payment_intents.retrieve_async(paid["payment_intent"])
    wanted: Any = {
        "amount": 60_000,
        "currency": "usd",
        "destination": payee,
        "source_transaction": intent.latest_charge,
    }
    await client.v1.transfers.create_async(wanted)
    assert await balance(sim, payee) == (0, 60_000)
    with pytest.raises(stripe.InvalidRequestError) as found:
        await client.v1.transfers.create_async(wanted)
    assert found.value.code == "balance_insufficient"
    await sim.order("clock/advance", seconds=2 * clock.DAY)
    assert await balance(sim, payee) == (60_000, 0)
    assert (await sim.proof())["holds"]


async def test_a_destination_must_be_able_to_receive(sim: Running) -> None:
    payee = await sim.payee(onboarded=False)
    await sim.order("top-ups", amount=1000, currency="usd")
    with pytest.raises(stripe.InvalidRequestError) as found:
        await sim.client().v1.transfers.create_async(
            {"amount": 1000, "currency": "usd", "destination": payee}
        )
    assert found.value.code == "insufficient_capabilities_for_transfer"


@pytest.mark.parametrize("change", [{"amount": 0}, {"amount": -1}, {"currency": "xxx"}])
async def test_amounts_and_currencies_are_checked(sim: Running, change: dict[str, Any]) -> None:
    wanted: Any = {"amount": 1, "currency": "usd", "destination": await sim.payee(), **change}
    with pytest.raises(stripe.InvalidRequestError):
        await sim.client().v1.transfers.create_async(wanted)


async def test_transfers_are_found_by_group_destination_and_time(sim: Running) -> None:
    one, two = await sim.payee(), await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    client = sim.client()
    first = await client.v1.transfers.create_async(
        {"amount": 1, "currency": "usd", "destination": one, "transfer_group": "a"}
    )
    await sim.order("clock/advance", seconds=clock.DAY)
    second = await client.v1.transfers.create_async(
        {"amount": 1, "currency": "usd", "destination": two, "transfer_group": "b"}
    )
    searches: list[tuple[Any, list[str]]] = [
        ({"transfer_group": "a"}, [first.id]),
        ({"transfer_group": "none"}, []),
        ({"destination": two}, [second.id]),
        ({"destination": two, "transfer_group": "a"}, []),
        ({"created": {"gte": second.created}}, [second.id]),
        ({"created": {"lt": second.created}}, [first.id]),
        ({"created": first.created}, [first.id]),
        ({}, [second.id, first.id]),
    ]
    for search, expected in searches:
        listed = await client.v1.transfers.list_async(search)
        assert [transfer.id for transfer in listed.data] == expected, search


async def test_money_can_arrive_pending(sim: Running) -> None:
    payee = await funded(sim, delay_seconds=clock.DAY)
    assert await balance(sim, payee) == (0, 10_000)
    with pytest.raises(stripe.InvalidRequestError) as found:
        await pay_out(sim, payee, 10_000)
    assert found.value.code == "balance_insufficient"
    await sim.order("clock/advance", seconds=clock.DAY)
    (told,) = [
        letter for letter in sim.letters.of("balance.available") if letter.path == "/connect"
    ]
    assert told.event["account"] == payee
    await pay_out(sim, payee, 10_000)


async def test_many_at_once_never_spend_more_than_there_is(sim: Running) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=1_000, currency="usd")
    client = sim.client(timeout=20)
    wanted: Any = {"amount": 100, "currency": "usd", "destination": payee}
    outcomes = await asyncio.gather(
        *(client.v1.transfers.create_async(wanted) for _ in range(40)), return_exceptions=True
    )
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert {getattr(refused, "code", None) for refused in refusals} == {"balance_insufficient"}
    assert len(refusals) == 30
    assert await balance(sim, payee) == (1_000, 0)


async def test_many_at_once_with_one_key_are_one_transfer(sim: Running) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=1_000, currency="usd")
    client = sim.client(timeout=20)
    wanted: Any = {"amount": 100, "currency": "usd", "destination": payee}
    made = await asyncio.gather(
        *(client.v1.transfers.create_async(wanted, {"idempotency_key": "k"}) for _ in range(20))
    )
    assert len({transfer.id for transfer in made}) == 1
    assert await balance(sim, payee) == (100, 0)


async def test_a_bank_takes_any_currency_unless_it_was_named(sim: Running) -> None:
    client = sim.client()
    made: Any = {key: value for key, value in PAYEE.items() if key != "defaults"}
    open_to_all = (await client.v2.core.accounts.create_async(made)).id
    only_dollars = (await client.v2.core.accounts.create_async(made)).id
    await sim.order(f"accounts/{open_to_all}/onboard")
    await sim.order(f"accounts/{only_dollars}/onboard", currency="usd")
    await sim.order("top-ups", amount=200, currency="eur")
    for account in (open_to_all, only_dollars):
        await client.v1.transfers.create_async(
            {"amount": 100, "currency": "eur", "destination": account}
        )
    wanted: Any = {"amount": 100, "currency": "eur"}
    await client.v1.payouts.create_async(wanted, {"stripe_account": open_to_all})
    with pytest.raises(stripe.InvalidRequestError, match="external accounts in that currency"):
        await client.v1.payouts.create_async(wanted, {"stripe_account": only_dollars})


async def test_a_payout_goes_to_the_bank_by_the_clock(sim: Running) -> None:
    payee = await funded(sim)
    payout = await pay_out(sim, payee, 10_000, metadata={"payout": "1"}, statement_descriptor="LW")
    assert (payout.status, payout.automatic) == ("pending", False)
    assert payout.arrival_date == payout.created + 2 * clock.DAY
    assert await balance(sim, payee) == (0, 0)
    states = []
    for _ in range(2):
        await sim.order("clock/advance", seconds=clock.DAY)
        found = await sim.client().v1.payouts.retrieve_async(
            payout.id, options={"stripe_account": payee}
        )
        states.append(found.status)
    assert states == ["in_transit", "paid"]
    (paid,) = sim.letters.of("payout.paid")
    assert (paid.path, paid.event["account"]) == ("/connect", payee)
    assert paid.event["created"] == payout.arrival_date
    assert paid.event["data"]["object"]["metadata"] == {"payout": "1"}
    updates = [letter.event["data"] for letter in sim.letters.of("payout.updated")]
    assert [update["previous_attributes"]["status"] for update in updates] == [
        "pending",
        "in_transit",
    ]


@pytest.mark.parametrize("days", [0, 1, 3])
async def test_a_payout_can_fail_even_after_it_was_paid(sim: Running, days: int) -> None:
    payee = await funded(sim)
    payout = await pay_out(sim, payee, 10_000)
    await sim.order("clock/advance", seconds=days * clock.DAY)
    failed = await sim.order(f"payouts/{payout.id}/fail", failure_code="no_account")
    assert (failed["status"], failed["failure_code"]) == ("failed", "no_account")
    assert await balance(sim, payee) == (10_000, 0)
    (told,) = sim.letters.of("payout.failed")
    assert told.event["data"]["object"]["id"] == payout.id
    await sim.order("clock/advance", seconds=5 * clock.DAY)
    found: Any = await sim.client().v1.payouts.retrieve_async(
        payout.id,
        {"expand": ["failure_balance_transaction"]},
        {"stripe_account": payee},
    )
    assert found.status == "failed"
    assert found.failure_balance_transaction.net == 10_000
    assert len(sim.letters.of("payout.paid")) == (1 if days == 3 else 0)
    assert (await sim.http.post(f"/_sim/payouts/{payout.id}/fail")).status_code == 400
    await pay_out(sim, payee, 10_000)
    assert (await sim.proof())["holds"]


async def test_a_payout_is_canceled_only_while_pending(sim: Running) -> None:
    payee = await funded(sim)
    client = sim.client()
    options: Any = {"stripe_account": payee}
    first = await pay_out(sim, payee, 4_000)
    canceled = await client.v1.payouts.cancel_async(first.id, options=options)
    assert canceled.status == "canceled"
    second = await pay_out(sim, payee, 10_000)
    await sim.order("clock/advance", seconds=clock.DAY)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payouts.cancel_async(second.id, options=options)
    in_transit = await client.v1.payouts.list_async({"status": "in_transit"}, options)
    assert [payout.id for payout in in_transit.data] == [second.id]


async def test_payouts_are_refused_where_they_cannot_be(sim: Running) -> None:
    payee = await funded(sim)
    refusals: list[tuple[Any, str | None]] = [
        ({"amount": 10_001}, "balance_insufficient"),
        ({"amount": 1, "currency": "eur"}, None),
        ({"amount": 1, "method": "instant"}, None),
        ({"amount": 1, "statement_descriptor": "x" * 23}, None),
        ({"amount": 0}, "parameter_invalid_integer"),
    ]
    for params, code in refusals:
        with pytest.raises(stripe.InvalidRequestError) as found:
            await pay_out(sim, payee, **params)
        assert found.value.code == code, params
    await sim.order(f"accounts/{payee}/restrict", capability="payouts")
    with pytest.raises(stripe.InvalidRequestError) as found:
        await pay_out(sim, payee, 1)
    assert found.value.code == "payouts_not_allowed"
    assert await balance(sim, payee) == (10_000, 0)


async def test_the_platform_pays_itself_out_under_its_own_events(sim: Running) -> None:
    await sim.order("top-ups", amount=500, currency="usd")
    payout = await sim.client().v1.payouts.create_async({"amount": 500, "currency": "usd"})
    (told,) = await created(sim)
    assert (told.path, told.event["data"]["object"]["id"]) == ("/platform", payout.id)
    assert "account" not in told.event


async def created(sim: Running) -> list[Any]:
    await sim.letters.wait_for(lambda letters: bool(letters.of("payout.created")))
    return sim.letters.of("payout.created")


async def test_a_statement_names_what_moved_the_money_on_both_sides(sim: Running) -> None:
    payee = await funded(sim)
    await pay_out(sim, payee, 4_000)
    client = sim.client()
    expanded: Any = {"expand": ["data.source"]}
    here: Any = await client.v1.balance_transactions.list_async(expanded)
    assert [(each.type, each.source.object, each.net) for each in here.data] == [
        ("transfer", "transfer", -10_000),
        ("topup", "topup", 10_000),
    ]
    there: Any = await client.v1.balance_transactions.list_async(
        expanded, {"stripe_account": payee}
    )
    assert [(each.type, each.source.object, each.net) for each in there.data] == [
        ("payout", "payout", -4_000),
        ("payment", "charge", 10_000),
    ]
    assert there.data[1].source.source_transfer == here.data[0].source.id
