"""The clock in projects: what positions pay follows fees and rate cards as they take effect."""

from app.jobs.toolbox import Toolbox
from app.projects import pricing

_AT_ONCE = 200


async def reprice_positions(tools: Toolbox) -> None:
    """Bring open positions up to date, in transactions of a few hundred."""
    now = tools.clock.now()
    while True:
        async with tools.database.begin() as session:
            if not await pricing.reprice_due(session, now=now, most=_AT_ONCE):
                return
