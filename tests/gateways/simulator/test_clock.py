"""The virtual clock."""

import time

import pytest

from app.simulators.stripe import clock
from tests.gateways.simulator.running import Running


async def test_it_starts_at_the_real_time_and_only_moves_forward(sim: Running) -> None:
    before = int(time.time())
    shown = (await sim.http.get("/_sim/clock")).json()
    assert before <= shown["now"] <= int(time.time())
    assert shown["offset_seconds"] == 0
    moved = await sim.order("clock/advance", seconds=3600)
    assert moved["now"] >= before + 3600
    customer = await sim.client().v1.customers.create_async({})
    assert customer.created >= moved["now"]


@pytest.mark.parametrize(
    "body", [{}, {"seconds": -1}, {"seconds": "5"}, {"seconds": True}, {"seconds": 10**9}]
)
async def test_it_refuses_nonsense(sim: Running, body: dict[str, object]) -> None:
    assert (await sim.http.post("/_sim/clock/advance", json=body)).status_code == 400


async def test_everything_due_happens_in_order_at_its_own_time(sim: Running) -> None:
    await sim.session()
    paid = await sim.session()
    await sim.order(f"checkout/{paid.id}/pay")
    await sim.order("clock/advance", seconds=10 * clock.DAY)
    told = [
        (letter.event["type"], letter.event["created"] - paid.created)
        for letter in sim.letters.deliveries
        if letter.event["type"] in ("checkout.session.expired", "balance.available")
    ]
    assert [kind for kind, _ in told] == ["checkout.session.expired", "balance.available"]
    assert [round(seconds / clock.DAY) for _, seconds in told] == [1, 2]


async def test_due_things_happen_without_any_call(sim: Running) -> None:
    """The clock is moved to a second before the expiry, and then only real time passes."""
    session = await sim.session()
    now = (await sim.http.get("/_sim/clock")).json()["now"]
    await sim.order("clock/advance", seconds=session.expires_at - now - 1)
    await sim.letters.wait_for(lambda letters: bool(letters.of("checkout.session.expired")))
