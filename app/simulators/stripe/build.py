"""Putting the simulator together as one ASGI application."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulators.stripe import clock
from app.simulators.stripe.couriers import WebhookTarget
from app.simulators.stripe.front_door import FrontDoor
from app.simulators.stripe.moments import API_VERSION
from app.simulators.stripe.pages import Pages
from app.simulators.stripe.payers import Payers
from app.simulators.stripe.simulator import LiveKeyRefused, Simulator, SimulatorConfig
from app.simulators.stripe.stand_ins import StandIns

__all__ = ["BANNER", "LiveKeyRefused", "SimulatorConfig", "WebhookTarget", "build_simulator"]

BANNER = "Lehrwerk's local Stripe simulator. This is not Stripe, and no money moves."
TICK_SECONDS = 1.0
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

log = logging.getLogger(__name__)


def build_simulator(config: SimulatorConfig) -> Starlette:
    """The application; raises LiveKeyRefused for a live key."""
    simulator = Simulator(config)

    async def banner(request: Request) -> Response:
        now = clock.as_text(simulator.clock.now())
        return JSONResponse(
            {
                "simulator": BANNER,
                "livemode": False,
                "api_version": API_VERSION,
                "now": now,
                "webhooks": sorted(simulator.endpoints),
            }
        )

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await simulator.courier.start()
        ticking = asyncio.create_task(_tick(simulator))
        yield
        ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticking
        await simulator.courier.stop()
        simulator.close()

    return Starlette(
        routes=[
            Route("/", banner),
            *StandIns(simulator).routes(),
            *Payers(simulator).routes(),
            *Pages(simulator).routes(),
            Route("/{path:path}", FrontDoor(simulator).answer, methods=METHODS),
        ],
        lifespan=lifespan,
    )


async def _tick(simulator: Simulator) -> None:
    """What falls due happens without anybody calling."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        with simulator.change():
            pass
