"""The simulator refuses what is too much in one second, and counts it."""

import pytest
import stripe

from tests.gateways.simulator.running import Running


async def test_the_limit_is_of_an_endpoint_and_counted(sim: Running) -> None:
    client = sim.client(retries=0)
    await sim.order("limits", per_second=2)
    await client.v1.transfers.list_async()
    await client.v1.transfers.list_async()
    with pytest.raises(stripe.RateLimitError):
        await client.v1.transfers.list_async()
    await client.v1.payouts.list_async()
    answer = (await sim.http.get("/_sim/limits")).json()
    assert answer["allowed"] == {"/v1/transfers": 2, "/v1/payouts": 1}
    assert answer["refused"] == {"/v1/transfers": 1}
    await sim.order("limits")
    await client.v1.transfers.list_async()
