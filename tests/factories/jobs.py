"""What waits in the queue."""

import json
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def queued(session: AsyncSession, errand: str) -> list[dict[str, Any]]:
    """The payloads of the waiting jobs of one errand, oldest first."""
    rows = await session.execute(
        text("SELECT payload FROM pgqueuer WHERE entrypoint = :errand ORDER BY id"),
        {"errand": str(errand)},
    )
    return [json.loads(payload) for payload in rows.scalars()]
