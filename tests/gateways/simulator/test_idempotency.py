"""Idempotency keys by Stripe's rules, seen through the real SDK."""

import asyncio
from typing import Any

import pytest
import stripe

from app.simulators.stripe import clock
from tests.gateways.simulator.running import PAYEE, Running


def transfer(destination: str, amount: int = 100) -> Any:
    return {"amount": amount, "currency": "usd", "destination": destination}


async def count(sim: Running) -> int:
    return len((await sim.client().v1.transfers.list_async({"limit": 100})).data)


async def test_a_replay_is_the_same_answer(sim: Running) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    client = sim.client()
    first = await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
    again = await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
    assert again.id == first.id
    assert again.last_response is not None
    assert first.last_response is not None
    assert again.last_response.body == first.last_response.body
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.last_response.headers
    assert await count(sim) == 1


async def test_other_parameters_or_another_endpoint_are_an_error(sim: Running) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    client = sim.client()
    await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        await client.v1.transfers.create_async(transfer(payee, 200), {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        await client.v1.customers.create_async({}, {"idempotency_key": "k"})
    assert await count(sim) == 1


async def test_a_refusal_is_kept_even_when_it_no_longer_holds(sim: Running) -> None:
    payee = await sim.payee()
    client = sim.client()
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as found:
            await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
        assert found.value.code == "balance_insufficient"
        await sim.order("top-ups", amount=1000, currency="usd")
    await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k-2"})
    assert await count(sim) == 1


async def test_what_failed_validation_is_not_kept(sim: Running) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    client = sim.client()
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.transfers.create_async(transfer(payee, -5), {"idempotency_key": "k"})
    done = await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
    assert done.amount == 100


async def test_keys_belong_to_an_account(sim: Running) -> None:
    one, two = await sim.payee(), await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    client = sim.client()
    payouts = set()
    for payee in (one, two):
        await client.v1.transfers.create_async(transfer(payee))
        payout = await client.v1.payouts.create_async(
            {"amount": 100, "currency": "usd"}, {"stripe_account": payee, "idempotency_key": "k"}
        )
        payouts.add(payout.id)
    assert len(payouts) == 2


async def test_a_parallel_request_finds_the_key_in_use(sim: Running) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    await sim.order("faults", kind="slow", method="POST", path="/v1/transfers", seconds=0.3)

    async def send() -> Any:
        return await sim.client().v1.transfers.create_async(
            transfer(payee), {"idempotency_key": "k"}
        )

    slow = asyncio.create_task(send())
    await asyncio.sleep(0.1)
    with pytest.raises(stripe.APIError) as found:
        await send()
    assert found.value.http_status == 409
    assert found.value.error is not None
    assert found.value.error.code == "idempotency_key_in_use"
    assert (await slow).id == (await send()).id
    assert await count(sim) == 1


@pytest.mark.parametrize("how", ["a day later", "pruned", "never kept"])
async def test_a_forgotten_key_makes_a_second_object(sim: Running, how: str) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    client = sim.client()
    if how == "never kept":
        await sim.order("keys/lifetime", seconds=0)
    first = await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
    if how == "pruned":
        assert (await sim.order("keys/prune"))["pruned"] > 0
    if how == "a day later":
        await sim.order("clock/advance", seconds=clock.DAY)
    second = await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
    assert second.id != first.id


async def test_just_under_a_day_the_key_still_holds(sim: Running) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    client = sim.client()
    first = await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
    await sim.order("clock/advance", seconds=clock.DAY - 60)
    second = await client.v1.transfers.create_async(transfer(payee), {"idempotency_key": "k"})
    assert second.id == first.id


async def test_v2_replays_success_and_repeats_failure(sim: Running) -> None:
    client = sim.client()
    await sim.order("faults", kind="error_500_before_commit", path="/v2/core/accounts")
    with pytest.raises(stripe.APIError):
        await client.v2.core.accounts.create_async(PAYEE, {"idempotency_key": "k"})
    first = await client.v2.core.accounts.create_async(PAYEE, {"idempotency_key": "k"})
    again = await client.v2.core.accounts.create_async(PAYEE, {"idempotency_key": "k"})
    assert again.id == first.id
    with pytest.raises(stripe.IdempotencyError):
        await client.v2.core.accounts.create_async(
            {**PAYEE, "display_name": "Somebody Else"}, {"idempotency_key": "k"}
        )


async def test_an_overlong_key_is_refused(sim: Running) -> None:
    with pytest.raises(stripe.IdempotencyError):
        await sim.client().v1.customers.create_async({}, {"idempotency_key": "k" * 256})
