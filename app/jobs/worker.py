"""The worker: takes jobs from the queue and runs sweeps, until it is told to stop."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
from pgqueuer import AsyncpgDriver, PgQueuer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.core.qm import QueueManager
from pgqueuer.models import Job
from sqlalchemy import text

from app.domain.errands import Errand
from app.jobs import schedules
from app.jobs.handlers import HANDLERS, Handler
from app.jobs.lanes import LANES, Lane
from app.jobs.toolbox import Toolbox

_log = structlog.get_logger("lehrwerk.jobs")
_SWEEP_LOCK = 7_331_002  # one process sweeps at a time; the others skip the round
_TRIES = 5
SWEEP_EVERY_S = 2.0


async def _perform(tools: Toolbox, errand: Errand, handler: Handler, job: Job) -> None:
    payload: Mapping[str, str] = json.loads(job.payload or b"{}")
    if tools.settings.is_development:
        async with tools.database.begin() as session:
            await tools.clock.load(session)
    structlog.contextvars.bind_contextvars(job_id=str(job.id), errand=errand.value)
    await handler(tools, payload)
    _log.info("job_done", errand=errand.value)


async def sweep_once(tools: Toolbox) -> None:
    """Run all sweeps unless another process is at it."""
    async with tools.database.engine.connect() as connection:
        locked = await connection.scalar(
            text("SELECT pg_try_advisory_lock(:n)"), {"n": _SWEEP_LOCK}
        )
        await connection.commit()
        if not locked:
            return
        try:
            await schedules.run_all(tools)
        finally:
            await connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _SWEEP_LOCK})
            await connection.commit()


async def _sweep_forever(tools: Toolbox, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await sweep_once(tools)
        except Exception:  # noqa: BLE001 – the next round tries again
            _log.exception("sweep_failed")
        try:
            await asyncio.wait_for(stop.wait(), SWEEP_EVERY_S)
        except TimeoutError:
            continue


async def run(
    tools: Toolbox,
    stop: asyncio.Event,
    *,
    url: str,
    lanes: Sequence[Lane] = LANES,
    handlers: Mapping[Errand, Handler] = HANDLERS,
) -> None:
    """Work until `stop` is set, then finish what is in hand. `url` is asyncpg's form."""
    async with AsyncExitStack() as stack:
        queues = [await _lane(stack, tools, lane, handlers, url=url) for lane in lanes]
        sweeping = asyncio.create_task(_sweep_forever(tools, stop))
        working = [
            asyncio.create_task(
                queue.run(
                    dequeue_timeout=timedelta(seconds=1),
                    batch_size=lane.at_once // 2,
                    max_concurrent_tasks=lane.at_once,
                    heartbeat_timeout=timedelta(seconds=tools.settings.job_heartbeat_s),
                )
            )
            for lane, queue in zip(lanes, queues, strict=True)
        ]
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({*working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for queue in queues:
                queue.shutdown.set()
            stop.set()
            await asyncio.gather(*working, sweeping)
        finally:
            stopping.cancel()


async def _lane(
    stack: AsyncExitStack,
    tools: Toolbox,
    lane: Lane,
    handlers: Mapping[Errand, Handler],
    *,
    url: str,
) -> QueueManager:
    """A taker of the lane's jobs alone, on a connection of its own."""
    connection = await asyncpg.connect(
        url, server_settings={"application_name": f"lehrwerk-worker {lane.name}"}
    )
    stack.push_async_callback(connection.close)
    queue = PgQueuer(AsyncpgDriver(connection)).qm
    for errand in lane.errands:
        queue.entrypoint(
            errand.value,
            executor_factory=partial(_retrying),
            on_failure="hold",
        )(_entry(tools, errand, handlers[errand]))
    return queue


def _retrying(parameters: object) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(
        parameters=parameters,  # type: ignore[arg-type]
        max_attempts=_TRIES,
    )


def _entry(tools: Toolbox, errand: Errand, handler: Handler):  # type: ignore[no-untyped-def]
    async def entry(job: Job) -> None:
        await _perform(tools, errand, handler, job)

    return entry
