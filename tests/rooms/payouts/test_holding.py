"""Holds on real money: what is stopped stays, what is freed goes, and every cent says why."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain import chart
from app.domain.actor import SystemActor, TrainerActor
from app.domain.holds import HoldCause, PayoutRules, Screening
from app.gateways.payments import PayeeState
from app.kit.paging import Cut
from app.ledger import queries as ledger
from app.notices.tables import Notice
from app.payouts import (
    accounts,
    canceling,
    holding,
    previewing,
    proof,
    resuming,
    retrying,
    sending,
    waiting,
)
from app.payouts.refusals import (
    AlreadyOnHold,
    HoldAlreadyReleased,
    PayoutLeft,
    PayoutNotCancelable,
    PayoutOnHold,
    PayoutUnderWay,
)
from app.payouts.tables import Payout, PayoutLine
from tests.rooms.payouts.conftest import Stage
from tests.rooms.payouts.test_payout_sending import proofs_hold, send, the_payout, transfers


async def hold(stage: Stage, payout_id: UUID | None = None) -> UUID:
    """Finance stops the payout, or all of the trainer's money."""
    today = stage.clock.now().date()
    async with stage.database.begin() as session:
        if payout_id is None:
            return await holding.hold_trainer(
                session, stage.finance, stage.trainer_id, reason="Asked back.", look_on=today,
                now=stage.clock.now(),
            )  # fmt: skip
        return await holding.hold_payout(
            session, stage.finance, payout_id, reason="Asked back.", look_on=today,
            now=stage.clock.now(),
        )  # fmt: skip


async def let_go(stage: Stage, hold_id: UUID) -> None:
    async with stage.database.begin() as session:
        await holding.release(
            session, stage.finance, hold_id, rules=stage.rules, now=stage.clock.now()
        )


async def causes(stage: Stage) -> dict[HoldCause, int]:
    """Her own list and finance's say the same."""
    now, actor = stage.clock.now(), TrainerActor(stage.trainer_id, stage.trainer_id)
    async with stage.database.begin() as session:
        own = await waiting.own_holds(session, actor, rules=stage.rules, now=now)
        finances = await waiting.list_holds(session, Cut(), rules=stage.rules, now=now)
    assert list(own) == list(finances.items)
    assert all(each.release_on_at >= now for each in own)
    return {each.cause: each.held_minor for each in own}


async def sweep(stage: Stage) -> None:
    """What the clock does with held payouts."""
    now = stage.clock.now()
    async with stage.database.begin() as session:
        free = await holding.freed(session, rules=stage.rules, now=now)
    for payout_id in free:
        async with stage.database.begin() as session:
            await retrying.retry_if_held(
                session, payout_id, rules=stage.rules, actor=SystemActor("test"), now=now
            )


async def test_a_held_payout_is_not_sent_until_it_is_let_go(stage: Stage) -> None:
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    hold_id = await hold(stage, payout.id)
    with pytest.raises(AlreadyOnHold):
        await hold(stage, payout.id)
    await send(stage, payout.id)
    await sweep(stage)
    await stage.plan()
    assert (await the_payout(stage)).state == "held"
    assert await transfers(stage) == []
    assert await causes(stage) == {HoldCause.FINANCE_HOLD: 120_000}
    async with stage.database.begin() as session:
        with pytest.raises(PayoutOnHold):
            await retrying.retry(
                session, stage.finance, payout.id, rules=stage.rules, now=stage.clock.now()
            )
    await let_go(stage, hold_id)
    with pytest.raises(HoldAlreadyReleased):
        await let_go(stage, hold_id)
    await send(stage, payout.id)
    sent = await the_payout(stage)
    assert sent.state == "sent"
    assert len(await transfers(stage)) == 1
    with pytest.raises(PayoutLeft):
        await hold(stage, payout.id)
    await proofs_hold(stage)


@pytest.mark.slow
async def test_a_trainer_on_hold_is_neither_planned_nor_sent(stage: Stage) -> None:
    await stage.top_up()
    hold_id = await hold(stage)
    with pytest.raises(AlreadyOnHold):
        await hold(stage)
    await stage.plan()
    async with stage.database.begin() as session:
        assert (await session.scalars(select(Payout))).all() == []
    assert await causes(stage) == {HoldCause.FINANCE_HOLD: 120_000}
    await let_go(stage, hold_id)
    assert await causes(stage) == {HoldCause.NEXT_RUN: 120_000}
    await stage.plan()
    await hold(stage)  # and what is promised already
    assert (await the_payout(stage)).state == "held"
    await proofs_hold(stage)


@pytest.mark.slow
async def test_money_in_her_balance_waits_there_while_it_is_held(stage: Stage) -> None:
    """The hold came while the transfer was on its way: the bank payout is what it stops."""
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await stage.sim.order(
        "faults", kind="close_after_commit", method="POST", path="/v1/transfers", times=1
    )
    with pytest.raises(sending.OutcomeOpen):
        await send(stage, payout.id)
    await stage.sim.http.delete("/_sim/faults")
    hold_id = await hold(stage, payout.id)
    async with stage.database.begin() as session:
        with pytest.raises(PayoutUnderWay):
            await canceling.cancel(session, stage.finance, payout.id, now=stage.clock.now())
    await send(stage, payout.id)
    at_hers = await the_payout(stage)
    assert (at_hers.state, at_hers.bank_payout_id) == ("sent", None)
    assert await causes(stage) == {HoldCause.FINANCE_HOLD: 120_000}
    await stage.lose_jobs()
    async with stage.database.begin() as session:
        late = stage.clock.now() + timedelta(hours=2)
        assert await resuming.stalled(session, before=late, rules=stage.rules, now=late) == []
    await let_go(stage, hold_id)
    await send(stage, payout.id)
    assert (await the_payout(stage)).bank_payout_id is not None
    assert len(await transfers(stage)) == 1
    await proofs_hold(stage)


@pytest.mark.slow
async def test_what_may_have_happened_is_not_sent_again_while_it_is_held(stage: Stage) -> None:
    """The call never reached Stripe; only when that is sure is the promise held."""
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await stage.sim.order(
        "faults", kind="timeout_before_commit", method="POST", path="/v1/transfers", times=1,
        seconds=1,
    )  # fmt: skip
    with pytest.raises(sending.OutcomeOpen):
        await send(stage, payout.id)
    await stage.sim.http.delete("/_sim/faults")
    await hold(stage, payout.id)
    with pytest.raises(sending.OutcomeOpen):
        await send(stage, payout.id)
    stage.clock.set_offset(61)
    await send(stage, payout.id)
    assert (await the_payout(stage)).state == "held"
    assert await transfers(stage) == []
    async with stage.database.begin() as session:
        await canceling.cancel(session, stage.finance, payout.id, now=stage.clock.now())
    await proofs_hold(stage)


async def test_a_canceled_payout_gives_its_lines_back_and_is_never_sent(stage: Stage) -> None:
    await stage.top_up()
    run_id = await stage.plan()
    payout = await the_payout(stage)
    await hold(stage, payout.id)
    async with stage.database.begin() as session:
        await canceling.cancel(session, stage.finance, payout.id, now=stage.clock.now())
        with pytest.raises(PayoutNotCancelable):
            await canceling.cancel(session, stage.finance, payout.id, now=stage.clock.now())
    await send(stage, payout.id)
    assert await transfers(stage) == []
    key = chart.trainer_payable(stage.trainer_id)
    async with stage.database.begin() as session:
        assert not any((await session.scalars(select(PayoutLine.live))).all())
        assert (await ledger.balances(session, [key]))[key, "USD"] == -120_000
    assert await causes(stage) == {HoldCause.NEXT_RUN: 120_000}
    await stage.plan_again(run_id)  # a run that goes on after a kill does not stumble over it
    await stage.plan()
    async with stage.database.begin() as session:
        states = sorted((await session.scalars(select(Payout.state))).all())
        assert states == ["canceled", "pending"]
        assert [i for i in await proof.prove(session) if not i.holds] == []


async def test_a_bank_change_stops_her_money_for_two_days_and_tells_her(stage: Stage) -> None:
    stage.rules = PayoutRules(bank_change_wait=timedelta(hours=48))
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await stage.sim.order(f"accounts/{stage.account}/bank")
    await stage.ask_provider()
    await stage.ask_provider()  # the same answer again is no further change
    assert (await the_payout(stage)).state == "held"
    assert await causes(stage) == {HoldCause.BANK_CHANGE: 120_000}
    async with stage.database.begin() as session:
        (told,) = (await session.scalars(select(Notice))).all()
        assert told.kind == "bank_changed"
        assert told.deadline_at is not None
    await sweep(stage)
    assert (await the_payout(stage)).state == "held"
    stage.clock.set_offset(48 * 3600 + 60)
    await sweep(stage)
    await send(stage, payout.id)
    assert (await the_payout(stage)).state == "sent"
    await proofs_hold(stage)


async def test_a_capability_that_is_lost_between_run_and_send_holds_the_promise(
    stage: Stage,
) -> None:
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await stage.sim.order(f"accounts/{stage.account}/restrict")
    await send(stage, payout.id)  # nobody has told us yet: Stripe refuses
    assert (await the_payout(stage)).state == "held"
    assert await causes(stage) == {HoldCause.PAYOUT_ACCOUNT_INCOMPLETE: 120_000}
    await stage.ask_provider()
    await stage.plan()
    assert await causes(stage) == {HoldCause.PAYOUT_ACCOUNT_INCOMPLETE: 120_000}
    await stage.sim.order(f"accounts/{stage.account}/onboard")
    await stage.ask_provider()
    await stage.plan()
    await send(stage, payout.id)
    assert (await the_payout(stage)).state == "sent"
    assert len(await transfers(stage)) == 1
    await proofs_hold(stage)


@pytest.mark.slow
async def test_an_older_answer_does_not_take_readiness_away(stage: Stage) -> None:
    now = stage.clock.now()
    async with stage.database.begin() as session:
        known = await accounts.take_state(
            session, stage.account, PayeeState(False, ("late",)),
            asked_at=now - timedelta(days=1), rules=stage.rules, now=now,
        )  # fmt: skip
        row = await session.get_one(accounts.PayoutAccount, stage.trainer_id)
        assert (known, row.ready) == ("known", True)


async def test_first_payouts_and_screenings_wait_as_set(stage: Stage) -> None:
    stage.rules = PayoutRules(first_payout_wait=timedelta(days=7), screening_wanted=True)
    assert await causes(stage) == {HoldCause.SANCTIONS_REVIEW: 120_000}
    now = stage.clock.now()
    async with stage.database.begin() as session:
        await holding.record_screening(
            session, stage.finance, stage.trainer_id, outcome=Screening.CLEAR, lists="OFAC, EU",
            lists_of_at=now, now=now,
        )  # fmt: skip
    assert await causes(stage) == {HoldCause.FIRST_PAYOUT: 120_000}
    await stage.plan()
    async with stage.database.begin() as session:
        assert (await session.scalars(select(Payout))).all() == []
    stage.clock.set_offset(7 * 86_400)
    assert await causes(stage) == {HoldCause.SANCTIONS_REVIEW: 120_000}  # the lists are old now


async def test_the_preview_says_what_is_sent_again_and_what_is_not(stage: Stage) -> None:
    await stage.plan()
    payout = await the_payout(stage)
    await send(stage, payout.id)  # nothing is available
    now = stage.clock.now()
    async with stage.database.begin() as session:
        found = await previewing.preview(session, as_of=now, rules=stage.rules, now=now)
    assert [p.id for p in found.to_send_again] == [payout.id]
    assert (found.to_pay, found.totals) == ([], {})
    hold_id = await hold(stage, payout.id)
    async with stage.database.begin() as session:
        found = await previewing.preview(session, as_of=now, rules=stage.rules, now=now)
    assert found.to_send_again == []
    assert [(p.cause, p.block and p.block.hold_id) for p in found.held] == [
        (HoldCause.FINANCE_HOLD, hold_id)
    ]
