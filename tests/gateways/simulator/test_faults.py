"""What goes wrong on order, and what the real SDK makes of it."""

from typing import Any

import httpx
import pytest
import stripe

from tests.gateways.simulator.running import CONNECT_SECRET, PLATFORM_SECRET, Running


async def ready(sim: Running) -> Any:
    """Parameters of a transfer that would succeed."""
    payee = await sim.payee()
    await sim.order("top-ups", amount=1000, currency="usd")
    return {"amount": 100, "currency": "usd", "destination": payee, "transfer_group": "g"}


async def transfers(sim: Running) -> list[str]:
    listed = await sim.client().v1.transfers.list_async({"transfer_group": "g"})
    return [transfer.id for transfer in listed.data]


@pytest.mark.parametrize("kind", ["timeout_after_commit", "close_after_commit"])
async def test_a_lost_answer_leaves_the_object(sim: Running, kind: str) -> None:
    wanted = await ready(sim)
    await sim.order("faults", kind=kind, method="POST", path="/v1/transfers")
    client = sim.client(timeout=0.3)
    with pytest.raises(stripe.APIConnectionError):
        await client.v1.transfers.create_async(wanted, {"idempotency_key": "k"})
    (made,) = await transfers(sim)
    replayed = await client.v1.transfers.create_async(wanted, {"idempotency_key": "k"})
    assert replayed.id == made


async def test_a_hang_ends_by_itself_with_a_cut_connection(sim: Running) -> None:
    wanted = await ready(sim)
    await sim.order("faults", kind="timeout_after_commit", path="/v1/transfers", seconds=0.1)
    with pytest.raises(stripe.APIConnectionError):
        await sim.client().v1.transfers.create_async(wanted)
    assert len(await transfers(sim)) == 1


async def test_a_timeout_before_commit_leaves_nothing(sim: Running) -> None:
    wanted = await ready(sim)
    await sim.order("faults", kind="timeout_before_commit", method="POST", path="/v1/transfers")
    client = sim.client(timeout=0.3)
    with pytest.raises(stripe.APIConnectionError):
        await client.v1.transfers.create_async(wanted, {"idempotency_key": "k"})
    assert await transfers(sim) == []
    await client.v1.transfers.create_async(wanted, {"idempotency_key": "k"})
    assert len(await transfers(sim)) == 1


@pytest.mark.parametrize("kind", ["close_after_commit", "conflict_409"])
async def test_the_sdk_repeats_with_the_same_key(sim: Running, kind: str) -> None:
    wanted = await ready(sim)
    await sim.order("faults", kind=kind, method="POST", path="/v1/transfers")
    made = await sim.client(retries=2).v1.transfers.create_async(wanted)
    assert await transfers(sim) == [made.id]


async def test_a_500_before_commit_is_kept_and_leaves_nothing(sim: Running) -> None:
    wanted = await ready(sim)
    await sim.order("faults", kind="error_500_before_commit", method="POST", path="/v1/transfers")
    client = sim.client()
    for _ in range(2):
        with pytest.raises(stripe.APIError) as found:
            await client.v1.transfers.create_async(wanted, {"idempotency_key": "k"})
        assert found.value.http_status == 500
    assert await transfers(sim) == []


async def test_a_500_after_commit_is_kept_and_hides_the_object(sim: Running) -> None:
    wanted = await ready(sim)
    await sim.order("faults", kind="error_500_after_commit", method="POST", path="/v1/transfers")
    client = sim.client()
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await client.v1.transfers.create_async(wanted, {"idempotency_key": "k"})
    assert len(await transfers(sim)) == 1


@pytest.mark.parametrize("kind", ["error_500_before_commit", "error_500_after_commit"])
async def test_a_500_in_front_of_the_endpoint_is_not_kept(sim: Running, kind: str) -> None:
    wanted = await ready(sim)
    await sim.order("faults", kind=kind, method="POST", path="/v1/transfers", stored=False)
    made = await sim.client(retries=2).v1.transfers.create_async(wanted)
    assert await transfers(sim) == [made.id]


async def test_should_retry_false_keeps_the_sdk_from_repeating(sim: Running) -> None:
    wanted = await ready(sim)
    await sim.order(
        "faults",
        kind="error_500_before_commit",
        method="POST",
        path="/v1/transfers",
        should_retry=False,
        stored=False,
    )
    with pytest.raises(stripe.APIError):
        await sim.client(retries=2).v1.transfers.create_async(wanted)
    assert await transfers(sim) == []


async def test_a_rate_limit_is_repeated_only_when_stripe_says_so(sim: Running) -> None:
    wanted = await ready(sim)
    await sim.order("faults", kind="rate_limit_429", method="POST", path="/v1/transfers")
    with pytest.raises(stripe.RateLimitError):
        await sim.client(retries=2).v1.transfers.create_async(wanted)
    await sim.order(
        "faults", kind="rate_limit_429", method="POST", path="/v1/transfers", should_retry=True
    )
    await sim.client(retries=2).v1.transfers.create_async(wanted)
    assert len(await transfers(sim)) == 1


async def test_nth_times_path_and_method_choose(sim: Running) -> None:
    await sim.order(
        "faults", kind="rate_limit_429", method="GET", path="/v1/bal.*$", nth=2, times=2
    )
    client = sim.client()
    outcomes = []
    for _ in range(5):
        await client.v1.customers.create_async({})
        try:
            await client.v1.balance.retrieve_async()
            outcomes.append("served")
        except stripe.RateLimitError:
            outcomes.append("limited")
    assert outcomes == ["served", "limited", "limited", "served", "served"]
    (fault,) = (await sim.http.get("/_sim/faults")).json()["data"]
    assert (fault["seen"], fault["struck"]) == (5, 2)
    await sim.http.delete("/_sim/faults")
    assert (await sim.http.get("/_sim/faults")).json()["data"] == []


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "slow", "colour": "red"},
        {"kind": "slow", "nth": 0},
        {"kind": "slow", "nth": True},
        {"kind": "slow", "seconds": "1"},
        {"kind": "slow", "path": "("},
    ],
)
async def test_nonsense_is_no_fault(sim: Running, order: dict[str, Any]) -> None:
    assert (await sim.http.post("/_sim/faults", json=order)).status_code == 400


async def drawn(sim: Running, seed: int) -> list[int | str]:
    """What becomes of thirty calls, one after the other."""
    await sim.order("faults/chance", seed=seed, share=0.5, path="/v1/balance", seconds=0.01)
    found: list[int | str] = []
    for _ in range(30):
        try:
            answer = await sim.http.get(
                "/v1/balance", headers={"Authorization": "Bearer sk_test_simulated"}
            )
            found.append(answer.status_code)
        except httpx.HTTPError:
            found.append("cut")
    await sim.http.delete("/_sim/faults")
    return found


async def test_faults_by_chance_are_the_same_for_the_same_seed(sim: Running) -> None:
    first, again, other = await drawn(sim, 1), await drawn(sim, 1), await drawn(sim, 2)
    assert first == again != other
    assert {200, 500, "cut"} <= set(first)
    assert (await sim.http.get("/_sim/faults")).json() == {"data": []}
    assert (await sim.proof())["holds"]


@pytest.mark.parametrize(
    "order", [{}, {"seed": 1}, {"seed": 1, "share": 2}, {"seed": True, "share": 0.1},
              {"seed": 1, "share": 0.1, "path": "("}, {"seed": 1, "share": 0.1, "x": 1}]
)  # fmt: skip
async def test_nonsense_is_no_chance(sim: Running, order: dict[str, Any]) -> None:
    answer = await sim.http.post("/_sim/faults/chance", json=order)
    assert answer.status_code == 400


async def test_a_letter_comes_again_and_with_two_signatures(sim: Running) -> None:
    await sim.order("faults", kind="webhook_again", event="v2.*", seconds=0.05)
    await sim.order("faults", kind="webhook_two_secrets", event="v2.*", nth=2)
    await sim.payee()
    await sim.letters.wait_for(
        lambda box: any(
            sum(d.body == each.body for d in box.deliveries) == 2 for each in box.deliveries
        )
    )
    assert any(each.signature.count("v1=") == 2 for each in sim.letters.deliveries)
    for each in sim.letters.deliveries:
        secret = CONNECT_SECRET if "connect" in each.path else PLATFORM_SECRET
        assert stripe.WebhookSignature.verify_header(each.body.decode(), each.signature, secret)
