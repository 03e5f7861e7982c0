"""Jobs of payouts: planning a run, sending, and picking up what has stalled."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from app.domain.actor import SystemActor
from app.jobs.toolbox import Toolbox
from app.payouts import holding, moving, resuming, retrying, rules, running, sending

STALLED_AFTER = timedelta(seconds=60)


async def run_payouts(tools: Toolbox, ids: Mapping[str, str]) -> None:
    """Plan a run; goes on where a killed one stopped."""
    await running.plan(
        tools.database,
        UUID(ids["payout_run_id"]),
        rules=rules.rules_of(tools.settings),
        actor=SystemActor("payout_run"),
        now=tools.clock.now(),
    )


async def send_payout(tools: Toolbox, ids: Mapping[str, str]) -> None:
    """Send one payout as far as it goes now."""
    await sending.send_payout(
        tools.database,
        tools.outside.payments,
        UUID(ids["payout_id"]),
        rules=rules.rules_of(tools.settings),
        clock=tools.clock,
    )


async def pick_up_stalled(tools: Toolbox) -> None:
    """Payouts that should move and have no job any more get one again."""
    async with tools.database.begin() as session:
        now = tools.clock.now()
        found = await resuming.stalled(
            session, before=now - STALLED_AFTER, rules=rules.rules_of(tools.settings), now=now
        )
        await moving.send_soon(session, found)


async def try_again(tools: Toolbox) -> None:
    """What lacked funds is tried hourly, what was on hold as soon as nothing holds it any more."""
    now, set_ = tools.clock.now(), rules.rules_of(tools.settings)
    async with tools.database.begin() as session:
        poor = await resuming.waiting_for_funds(session, before=now - resuming.FUNDS_AFTER)
        free = await holding.freed(session, rules=set_, now=now)
    for ids, rule in ((poor, "funds_watcher"), (free, "hold_watcher")):
        for payout_id in ids:
            async with tools.database.begin() as session:
                await retrying.retry_if_held(
                    session, payout_id, rules=set_, actor=SystemActor(rule), now=now
                )
