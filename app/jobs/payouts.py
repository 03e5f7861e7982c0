"""Jobs of payouts: planning a run, sending, and picking up what has stalled."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from app.domain.actor import SystemActor
from app.domain.errands import Errand
from app.jobs.toolbox import Toolbox
from app.kit import queue
from app.payouts import retrying, running, sending

STALLED_AFTER = timedelta(seconds=60)
FUNDS_AFTER = timedelta(hours=1)


async def run_payouts(tools: Toolbox, ids: Mapping[str, str]) -> None:
    """Plan a run; goes on where a killed one stopped."""
    await running.plan(
        tools.database,
        UUID(ids["payout_run_id"]),
        actor=SystemActor("payout_run"),
        now=tools.clock.now(),
    )


async def send_payout(tools: Toolbox, ids: Mapping[str, str]) -> None:
    """Send one payout as far as it goes now."""
    await sending.send_payout(
        tools.database, tools.outside.payments, UUID(ids["payout_id"]), clock=tools.clock
    )


async def pick_up_stalled(tools: Toolbox) -> None:
    """Payouts that should move and have no job any more get one again."""
    async with tools.database.begin() as session:
        before = tools.clock.now() - STALLED_AFTER
        for payout_id in await sending.stalled(session, before=before):
            await queue.enqueue(
                session,
                Errand.SEND_PAYOUT,
                {"payout_id": str(payout_id)},
                dedupe_key=f"payout:{payout_id}",
            )


async def try_again_for_funds(tools: Toolbox) -> None:
    """What was held for lack of funds is tried hourly: money becomes available by itself."""
    now = tools.clock.now()
    async with tools.database.begin() as session:
        held = await sending.waiting_for_funds(session, before=now - FUNDS_AFTER)
    for payout_id in held:
        async with tools.database.begin() as session:
            await retrying.retry_if_held(
                session, payout_id, actor=SystemActor("funds_watcher"), now=now
            )
