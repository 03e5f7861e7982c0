"""`/health/live`, `/health/ready`, `/metrics`."""

import asyncio

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from app.kit.db import Database


def build(database: Database) -> APIRouter:
    """Routes that need no actor and say nothing about anybody."""
    router = APIRouter()

    @router.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/health/ready", include_in_schema=False)
    async def ready(response: Response) -> dict[str, str]:
        try:
            async with asyncio.timeout(3), database.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 – any fault here means: not ready
            response.status_code = 503
            return {"status": "database does not answer"}
        return {"status": "ready"}

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
