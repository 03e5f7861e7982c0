"""`lehrwerk serve` and `lehrwerk worker`: processes that run until they are told to stop."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import typer
import uvicorn
from uvicorn.loops.auto import auto_loop_factory

from app.api.door import Runtime
from app.cli import places, simulator
from app.cli.answers import AnswersTogether
from app.jobs import worker
from app.kit.db import UnsafeServer, assert_guarantees
from app.main import build_app, make_runtime, toolbox_of
from app.settings import Settings
from migrations.running import upgrade

UNSAFE = 4
_DRAIN_S = 20
_NICENESS = 10


class _Server(uvicorn.Server):
    """Ends with exit code 0 on SIGTERM and SIGINT; uvicorn's own would raise the signal again."""

    announce: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.announce()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {n: signal.signal(n, self.handle_exit) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    stripe_log: Path | None,
    ready: Callable[[str, str | None], None],
) -> None:
    """Everything that these settings ask for. `ready` is told the addresses once they answer."""
    settings = settings.model_copy(update={"public_url": f"http://{host}:{port}"})
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(places.database_url(settings))
        if uses_simulator(settings):
            beside = simulator.start_beside(
                settings, notify=f"http://127.0.0.1:{port}", log=stripe_log
            )
            stack.callback(beside.stop)
            settings = settings.model_copy(update={"stripe_api_base": beside.url})
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(_serve(settings, url=url, host=host, port=port, ready=ready))


def uses_simulator(settings: Settings) -> bool:
    """In development without a Stripe key of one's own, and without an address of another."""
    return (
        settings.is_development
        and settings.stripe_api_base is None
        and "sim" in settings.stripe_key.get_secret_value()
    )


async def _serve(
    settings: Settings,
    *,
    url: str,
    host: str,
    port: int,
    ready: Callable[[str, str | None], None],
) -> None:
    runtime = make_runtime(settings, url=url)
    try:
        await _prepare(settings, runtime)
        server = _Server(
            uvicorn.Config(
                build_app(runtime),
                host=host,
                port=port,
                http=AnswersTogether,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=_DRAIN_S,
            )
        )
        server.announce = lambda: ready(f"http://{host}:{port}", settings.stripe_api_base)
        stop = asyncio.Event()
        tasks: list[asyncio.Task[None]] = []
        if settings.is_development:
            tasks.append(asyncio.create_task(worker.run(toolbox_of(runtime), stop, url=url)))
        try:
            await server.serve()
        finally:
            stop.set()
            await asyncio.gather(*tasks)
    finally:
        await runtime.database.close()


async def _prepare(settings: Settings, runtime: Runtime) -> None:
    database = runtime.database
    if settings.is_development:
        await upgrade(database)
    try:
        await assert_guarantees(database, allow_async_commit=settings.allow_async_commit)
    except UnsafeServer as fault:
        typer.echo(f"This PostgreSQL would lose work: {fault}", err=True)
        raise typer.Exit(UNSAFE) from None
    if settings.is_development:
        async with database.begin() as session:
            await runtime.clock.load(session)


def work(settings: Settings) -> None:
    """A worker alone, as many as one likes."""
    with places.database_url(settings) as url:
        # What people wait for goes first where both share a machine.
        os.nice(_NICENESS)
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(_work(settings, url))


async def _work(settings: Settings, url: str) -> None:
    runtime = make_runtime(settings, url=url)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await assert_guarantees(runtime.database, allow_async_commit=settings.allow_async_commit)
        typer.echo("worker: waiting for jobs")
        await worker.run(toolbox_of(runtime), stop, url=url)
    finally:
        await runtime.database.close()
