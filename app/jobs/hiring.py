"""The clock in hiring: offers that nobody answered end."""

from app.hiring import expiring
from app.jobs.toolbox import Toolbox


async def expire_offers(tools: Toolbox) -> None:
    """End every offer that is due, each in a transaction of its own."""
    now = tools.clock.now()
    while True:
        async with tools.database.begin() as session:
            ids = await expiring.due(session, now=now)
        for offer_id in ids:
            async with tools.database.begin() as session:
                await expiring.expire(session, offer_id, now=now)
        if not ids:
            return
