"""Money that is late, or comes back: it waits where it is, and is never transferred twice."""

import pytest

from app.domain.holds import HoldCause
from app.payouts import resuming, retrying
from tests.rooms.payouts.conftest import Stage
from tests.rooms.payouts.test_holding import causes
from tests.rooms.payouts.test_payout_sending import (
    in_the_books,
    proofs_hold,
    send,
    the_payout,
    transfers,
)


async def test_money_that_lands_pending_is_tried_hourly_and_has_not_come_back(
    stage: Stage,
) -> None:
    """Across a border the transfer is in her balance a day before it can go to her bank."""
    await stage.sim.order(f"accounts/{stage.account}/onboard", transfer_delay_seconds=86_400)
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    await send(stage, payout.id)
    pending = await the_payout(stage)
    assert (pending.state, pending.bank_payout_id) == ("sent", None)
    assert await in_the_books(stage) == (120_000, 0)
    assert await causes(stage) == {HoldCause.NOT_AVAILABLE: 120_000}
    await send(stage, payout.id)  # within the hour nobody is asked again
    assert (await the_payout(stage)).failure_code == "balance_insufficient"
    stage.clock.set_offset(2 * 3600)
    now = stage.clock.now()
    async with stage.database.begin() as session:
        assert await resuming.stalled(session, before=now, rules=stage.rules, now=now) == []
    await stage.lose_jobs()  # the one that waits is as good as a new one, until it is lost
    async with stage.database.begin() as session:
        due = await resuming.stalled(session, before=now, rules=stage.rules, now=now)
    assert due == [payout.id]
    await stage.sim.order("clock/advance", seconds=86_400)
    await send(stage, payout.id)
    gone = await the_payout(stage)
    assert (gone.state, gone.failure_code) == ("sent", None)
    assert gone.bank_payout_id is not None
    assert len(await transfers(stage)) == 1
    await proofs_hold(stage)


@pytest.mark.slow
async def test_what_failed_after_paid_goes_out_again_from_her_balance_twice(stage: Stage) -> None:
    """paid, failed, paid, failed, paid: one transfer, three bank payouts."""
    await stage.top_up()
    await stage.plan()
    payout = await the_payout(stage)
    for _ in range(2):
        await send(stage, payout.id)
        started = (await the_payout(stage)).bank_payout_id
        assert started is not None
        await stage.sim.order("clock/advance", seconds=5 * 86_400)
        assert await stage.bank_says(started) == "settled"
        await stage.sim.order(f"payouts/{started}/fail")
        assert await stage.bank_says(started) == "returned"
        assert await causes(stage) == {HoldCause.BANK_RETURN: 120_000}
        async with stage.database.begin() as session:
            await retrying.retry(
                session, stage.finance, payout.id, rules=stage.rules, now=stage.clock.now()
            )
    await send(stage, payout.id)
    last = (await the_payout(stage)).bank_payout_id
    assert last is not None
    await stage.sim.order("clock/advance", seconds=5 * 86_400)
    assert await stage.bank_says(last) == "settled"
    assert await in_the_books(stage) == (0, 0)
    assert len(await transfers(stage)) == 1
    await proofs_hold(stage)
