"""Refunds and disputes: what Stripe refuses, what moves, and that nothing is lost on the way."""

from typing import Any

import pytest
import stripe

from app.simulators.stripe import clock
from tests.gateways.simulator.running import Running
from tests.gateways.simulator.test_shapes import TYPES, deviations

TYPES |= {"refund": stripe.Refund, "dispute": stripe.Dispute}


async def charge(sim: Running, amount: int = 10_000, *, days: int = 3) -> str:
    session = await sim.session(amount)
    paid = await sim.order(f"checkout/{session.id}/pay")
    intent = await sim.client().v1.payment_intents.retrieve_async(paid["payment_intent"])
    await sim.order("clock/advance", seconds=days * clock.DAY)
    return str(intent.latest_charge)


async def refund(sim: Running, charge_id: str, amount: int) -> Any:
    return await sim.client().v1.refunds.create_async({"charge": charge_id, "amount": amount})


async def held(sim: Running) -> int:
    balance = await sim.client().v1.balance.retrieve_async()
    return balance.available[0].amount + balance.pending[0].amount


async def test_refunds_up_to_the_charge_and_back_again(sim: Running) -> None:
    await sim.order("top-ups", amount=50_000, currency="usd")
    charge_id = await charge(sim)
    before = await held(sim)
    first = await refund(sim, charge_id, 4_000)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await refund(sim, charge_id, 6_001)
    await refund(sim, charge_id, 6_000)
    with pytest.raises(stripe.InvalidRequestError) as over:
        await refund(sim, charge_id, 1)
    assert over.value.code == "charge_already_refunded"
    failed = await sim.order(f"refunds/{first.id}/fail")
    assert await held(sim) == before - 6_000
    assert (await sim.proof())["breaches"] == []
    assert deviations(first.to_dict(), stripe.Refund, "refund") == []
    assert deviations(failed, stripe.Refund, "refund") == []
    kinds = {delivery.event["type"] for delivery in sim.letters.deliveries}
    assert {"refund.created", "refund.failed", "charge.refunded"} <= kinds


async def test_a_refund_needs_money_and_an_undisputed_charge(sim: Running) -> None:
    charge_id = await charge(sim)
    with pytest.raises(stripe.InvalidRequestError) as short:
        await refund(sim, charge_id, 10_000)  # the fee is gone
    assert short.value.code == "balance_insufficient"
    await sim.order(f"charges/{charge_id}/dispute")
    with pytest.raises(stripe.InvalidRequestError) as disputed:
        await refund(sim, charge_id, 100)
    assert disputed.value.code == "charge_disputed"


async def test_a_dispute_takes_and_gives_back(sim: Running) -> None:
    charge_id = await charge(sim)
    before = await held(sim)
    opened = await sim.order(f"charges/{charge_id}/dispute", amount=7_000)
    assert await held(sim) == before - 7_000 - 2_000
    assert deviations(opened, stripe.Dispute, "dispute") == []
    await sim.order(f"disputes/{opened['id']}/lose")
    assert (await sim.proof())["breaches"] == []
    won = await sim.order(f"disputes/{opened['id']}/win")
    assert await held(sim) == before - 2_000
    categories = [each["reporting_category"] for each in won["balance_transactions"]]
    assert categories == ["dispute", "dispute_reversal"]
    assert (await sim.proof())["breaches"] == []


async def test_giving_in_closes_a_dispute(sim: Running) -> None:
    charge_id = await charge(sim)
    opened = await sim.order(f"charges/{charge_id}/dispute")
    closed = await sim.client().v1.disputes.close_async(opened["id"])
    assert closed.status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already lost"):
        await sim.client().v1.disputes.close_async(opened["id"])
    (listed,) = (await sim.client().v1.disputes.list_async({"charge": charge_id})).data
    assert listed.id == opened["id"]
    assert (await sim.proof())["breaches"] == []
