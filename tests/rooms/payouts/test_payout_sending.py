"""A payout against the simulator: what is promised is sent once, whatever goes wrong between."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain import chart
from app.domain.actor import TrainerActor
from app.domain.holds import HoldCause
from app.domain.settlement import SENT_WITHIN_S
from app.ledger import queries as ledger
from app.payouts import explaining, proof, retrying, sending, waiting
from app.payouts.pacing import Slot
from app.payouts.refusals import PayoutNotRetryable
from app.payouts.tables import Payout
from tests.rooms.payouts.conftest import Stage


async def the_payout(stage: Stage) -> Payout:
    async with stage.database.begin() as session:
        return (await session.scalars(select(Payout))).one()


async def transfers(stage: Stage) -> list[dict[str, Any]]:
    answer = await stage.sim.http.get(
        "/v1/transfers", headers={"Authorization": "Bearer sk_test_simulated"}
    )
    return list(answer.json()["data"])


async def proofs_hold(stage: Stage) -> None:
    async with stage.database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity


async def in_the_books(stage: Stage) -> tuple[int, int]:
    """What is in the payee's balance at the provider, and on its way to her bank."""
    keys = chart.connected(stage.account), chart.bank_transit(stage.account)
    async with stage.database.begin() as session:
        found = await ledger.balances(session, keys)
    return found.get((keys[0], "USD"), 0), found.get((keys[1], "USD"), 0)


async def send(stage: Stage, payout_id: UUID) -> None:
    await sending.send_payout(
        stage.database, stage.payments, payout_id, rules=stage.rules, clock=stage.clock
    )


async def test_a_payout_goes_from_promise_to_bank(stage: Stage) -> None:
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    assert (payout.state, payout.pay_minor) == ("pending", 120_000)
    await send(stage, payout.id)
    sent = await the_payout(stage)
    assert sent.state == "sent"
    assert sent.transfer_id is not None
    assert sent.bank_payout_id is not None
    assert await in_the_books(stage) == (0, 120_000)
    await stage.sim.order("clock/advance", seconds=3 * 86_400)
    assert await stage.bank_says(sent.bank_payout_id) == "settled"
    assert await in_the_books(stage) == (0, 0)
    assert (await the_payout(stage)).state == "settled"
    assert [t["amount"] for t in await transfers(stage)] == [120_000]
    await proofs_hold(stage)
    async with stage.database.begin() as session:
        actor = TrainerActor(stage.trainer_id, stage.trainer_id)
        explained = await explaining.explain(session, actor, payout.id)
        assert explained is not None
        assert sum(line.pay_minor for line in explained.lines) == 120_000
        assert (
            await waiting.own_holds(session, actor, rules=stage.rules, now=stage.clock.now()) == []
        )


async def test_two_runs_at_once_promise_once(stage: Stage) -> None:
    await stage.top_up()
    await asyncio.gather(*(stage.plan() for _ in range(8)))
    payout = await the_payout(stage)
    await asyncio.gather(*(send(stage, payout.id) for _ in range(4)), return_exceptions=True)
    await send(stage, payout.id)
    assert len(await transfers(stage)) == 1
    await proofs_hold(stage)


@pytest.mark.parametrize(
    "kind", ["timeout_after_commit", "close_after_commit", "timeout_before_commit"]
)
async def test_an_answer_that_is_lost_never_doubles_the_transfer(stage: Stage, kind: str) -> None:
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await stage.sim.order("faults", kind=kind, method="POST", path="/v1/transfers", times=1)
    with pytest.raises(sending.OutcomeOpen):
        await send(stage, payout.id)
    await stage.sim.http.delete("/_sim/faults")
    if kind == "timeout_before_commit":
        # It may still be on its way: what is not there yet is not sent again.
        with pytest.raises(sending.OutcomeOpen):
            await send(stage, payout.id)
        assert await transfers(stage) == []
        stage.clock.set_offset(int(stage.rules.longest_call_s) + 1)
    await send(stage, payout.id)
    assert len(await transfers(stage)) == 1
    assert (await the_payout(stage)).state == "sent"
    await proofs_hold(stage)


async def test_a_worker_that_stood_still_does_not_send_what_it_decided_before(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another counts on its silence by then."""
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)

    async def stands_still(_: Slot) -> None:
        stage.clock.set_offset(stage.clock.offset_seconds + SENT_WITHIN_S + 1)

    with monkeypatch.context() as patched:
        patched.setattr(Slot, "comes", stands_still)
        with pytest.raises(sending.OutcomeOpen, match="not_sent_in_time"):
            await send(stage, payout.id)
    assert await transfers(stage) == []
    stage.clock.set_offset(stage.clock.offset_seconds + int(stage.rules.longest_call_s) + 1)
    await send(stage, payout.id)
    assert len(await transfers(stage)) == 1
    await proofs_hold(stage)


async def test_a_pruned_key_is_no_licence_to_send_again(stage: Stage) -> None:
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await stage.sim.order(
        "faults", kind="close_after_commit", method="POST", path="/v1/transfers", times=1
    )
    with pytest.raises(sending.OutcomeOpen):
        await send(stage, payout.id)
    await stage.sim.http.delete("/_sim/faults")
    await stage.sim.http.post("/_sim/keys/prune")
    stage.clock.set_offset(30 * 3600)
    await send(stage, payout.id)
    assert len(await transfers(stage)) == 1


async def test_an_empty_balance_holds_the_promise_and_a_retry_keeps_it(stage: Stage) -> None:
    await stage.plan()
    payout = await the_payout(stage)
    await send(stage, payout.id)
    held = await the_payout(stage)
    assert (held.state, held.failure_code) == ("held", "balance_insufficient")
    async with stage.database.begin() as session:
        actor = TrainerActor(stage.trainer_id, stage.trainer_id)
        (hold,) = await waiting.own_holds(session, actor, rules=stage.rules, now=stage.clock.now())
        assert (hold.cause, hold.held_minor) == (HoldCause.NOT_AVAILABLE, 120_000)
    await stage.top_up()
    async with stage.database.begin() as session:
        await retrying.retry(
            session, stage.finance, payout.id, rules=stage.rules, now=stage.clock.now()
        )
    await send(stage, payout.id)
    assert (await the_payout(stage)).state == "sent"
    assert len(await transfers(stage)) == 1
    async with stage.database.begin() as session:
        with pytest.raises(PayoutNotRetryable):
            await retrying.retry(
                session, stage.finance, payout.id, rules=stage.rules, now=stage.clock.now()
            )
    await proofs_hold(stage)


async def test_a_bank_payout_that_fails_on_its_way_is_in_the_payees_balance_again(
    stage: Stage,
) -> None:
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await send(stage, payout.id)
    started = (await the_payout(stage)).bank_payout_id
    assert started is not None
    await stage.sim.order(f"payouts/{started}/fail")
    assert await stage.bank_says(started) == "returned"
    await stage.bank_says(started)
    assert await in_the_books(stage) == (120_000, 0)
    await proofs_hold(stage)


async def test_money_that_comes_back_is_paid_out_again_without_a_second_transfer(
    stage: Stage,
) -> None:
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await send(stage, payout.id)
    first = (await the_payout(stage)).bank_payout_id
    assert first is not None
    await stage.sim.order("clock/advance", seconds=3 * 86_400)
    await stage.bank_says(first)
    assert (await the_payout(stage)).state == "settled"
    await stage.sim.order(f"payouts/{first}/fail")
    await stage.bank_says(first)
    await stage.bank_says(first)
    assert (await the_payout(stage)).state == "returned"
    assert await in_the_books(stage) == (120_000, 0)
    await proofs_hold(stage)
    async with stage.database.begin() as session:
        await retrying.retry(
            session, stage.finance, payout.id, rules=stage.rules, now=stage.clock.now()
        )
    await send(stage, payout.id)
    second = (await the_payout(stage)).bank_payout_id
    assert second not in (None, first)
    await stage.bank_says(first)
    assert (await the_payout(stage)).state == "sent"
    assert len(await transfers(stage)) == 1
    await proofs_hold(stage)
