"""The short ways of the trainer door: one call to the database for what a phone mostly asks.

Each answers exactly as its route in `time_routes` would, and leaves the rest to it: whatever cannot
be read, is not allowed or is out of the ordinary. So no refusal is ever made here.
"""

from uuid import UUID

import asyncpg
import structlog
from fastapi import Request, Response
from pydantic import ValidationError

from app.api import guards
from app.api.door import Runtime
from app.api.trainer.inputs.time import RecordTime, StartTimer, StopTimer
from app.api.trainer.views.time import allowance_view, entry_view
from app.domain.actor import describe
from app.domain.refusals import Refusal
from app.timesheets import express, glancing, stopping
from app.timesheets.express import Usual

# After a lost connection the route finds out what became of it: ids are the phone's.
_UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


async def record_time(request: Request, runtime: Runtime) -> Response | None:
    """A new entry within all caps."""
    if "if-match" in request.headers or not _is_json(request):
        return None
    try:
        entry_id = UUID(request.path_params["entry_id"])
        said = RecordTime.model_validate_json(await request.body()).time()
        found = await express.record_time(
            runtime.database.calls,
            guards.bearer(request),
            entry_id,
            said,
            now=runtime.clock.now(),
        )
    except (ValueError, ValidationError, Refusal, *_UNREACHABLE):
        return None
    return _made(found) if found else None


async def start_timer(request: Request, runtime: Runtime) -> Response | None:
    """A timer whose first hour fits under all caps."""
    if not _is_json(request):
        return None
    try:
        found = await express.start_timer(
            runtime.database.calls,
            guards.bearer(request),
            UUID(request.path_params["entry_id"]),
            StartTimer.model_validate_json(await request.body()).timer(),
            now=runtime.clock.now(),
        )
    except (ValueError, ValidationError, Refusal, *_UNREACHABLE):
        return None
    return _made(found) if found else None


async def stop_timer(request: Request, runtime: Runtime) -> Response | None:
    """A timer that stops within what is reserved for it. With a key the answer would be kept."""
    body = await request.body()
    if "idempotency-key" in request.headers or not body or not _is_json(request):
        return None
    try:
        found = await stopping.stop_timer(
            runtime.database.calls,
            guards.bearer(request),
            UUID(request.path_params["entry_id"]),
            stopped_at=StopTimer.model_validate_json(body).stopped_at,
            now=runtime.clock.now(),
        )
    except (ValueError, ValidationError, Refusal, *_UNREACHABLE):
        return None
    if found is None:
        return None
    structlog.contextvars.bind_contextvars(actor=describe(found.actor))
    return Response(entry_view(found.entry).model_dump_json(), media_type="application/json")


async def get_allowance(request: Request, runtime: Runtime) -> Response | None:
    """What is left under caps that nobody shares, or that leave more than those."""
    try:
        found = await glancing.get_allowance(
            runtime.database.calls,
            guards.bearer(request),
            UUID(request.path_params["engagement_id"]),
            now=runtime.clock.now(),
        )
    except (ValueError, Refusal, *_UNREACHABLE):
        return None
    if found is None:
        return None
    structlog.contextvars.bind_contextvars(actor=describe(found.actor))
    return Response(
        allowance_view(found.allowance).model_dump_json(), media_type="application/json"
    )


def _made(found: Usual) -> Response:
    structlog.contextvars.bind_contextvars(actor=describe(found.actor))
    return Response(
        entry_view(found.entry, found.allowance).model_dump_json(),
        status_code=201,
        headers={"ETag": f'"{found.entry.version}"'},
        media_type="application/json",
    )


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
