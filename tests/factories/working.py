"""Working off the queue inside a test, one job after the other."""

import json

from sqlalchemy import text

from app.api.door import Runtime
from app.domain.errands import Errand
from app.jobs.handlers import HANDLERS
from app.main import toolbox_of


async def run_waiting(runtime: Runtime) -> int:
    """Handle every waiting job; how many. A handler's error leaves its job in the queue."""
    done = 0
    while True:
        async with runtime.database.begin() as session:
            row = (
                await session.execute(
                    text(
                        "SELECT id, entrypoint, payload FROM pgqueuer WHERE status = 'queued'"
                        " ORDER BY id LIMIT 1"
                    )
                )
            ).one_or_none()
        if row is None:
            return done
        await HANDLERS[Errand(row.entrypoint)](toolbox_of(runtime), json.loads(row.payload))
        async with runtime.database.begin() as session:
            await session.execute(text("DELETE FROM pgqueuer WHERE id = :id"), {"id": row.id})
        done += 1
