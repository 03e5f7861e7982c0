"""The clock in engagements: proposed terms that nobody answered."""

from app.engagements import changing, terms_changes
from app.jobs.toolbox import Toolbox


async def expire_terms(tools: Toolbox) -> None:
    """End every proposal whose time to consent is over, each in a transaction of its own."""
    now = tools.clock.now()
    async with tools.database.begin() as session:
        ids = await terms_changes.due(session, now=now)
    for change_id in ids:
        async with tools.database.begin() as session:
            await changing.expire(session, change_id, now=now)
