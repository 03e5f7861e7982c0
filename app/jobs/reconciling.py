"""Reconciliation: once a day and when somebody asks for it."""

from collections.abc import Mapping
from uuid import UUID

from app.invoicing import collecting, moving
from app.jobs.toolbox import Toolbox
from app.reconciling import running


async def reconcile(tools: Toolbox, ids: Mapping[str, str]) -> None:
    """Errand RECONCILE {"reconciliation_run_id"}. Goes on where a killed one stopped."""
    cleared = 1
    while cleared:  # what has become available by now would differ only because nobody looked yet
        async with tools.database.begin() as session:
            now = tools.clock.now()
            cleared = await collecting.clear_available(session, now=now)
            cleared += await moving.clear(session, now=now)
    await running.carry_out(
        tools.database,
        tools.outside.statements,
        UUID(ids["reconciliation_run_id"]),
        clock=tools.clock,
    )


async def reconcile_daily(tools: Toolbox) -> None:
    """Sweep: order the run of the day."""
    now = tools.clock.now()
    async with tools.database.begin() as session:
        if await running.due(session, now=now):
            await running.order(session, None, now=now)
