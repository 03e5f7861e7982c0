"""`POST /_dev/clock/advance` moves Lehrwerk's clock and the Stripe simulator's together."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

import httpx
from fastapi import FastAPI
from pydantic import BeforeValidator, Field

from app.api import errors
from app.api.door import Runtime
from app.api.words import Said, Seen
from app.domain.refusals import Kind, Refusal

MOST_SECONDS = 400 * 86_400


class SimulatorSilent(Refusal):
    kind = Kind.UNAVAILABLE
    en = "The Stripe simulator does not answer, so the clock was not moved."
    de = "Der Stripe-Simulator antwortet nicht; die Uhr wurde nicht gestellt."


def _whole(value: object) -> object:
    if type(value) is not int:
        raise ValueError("whole seconds")
    return value


class AdvanceClock(Said):
    """Whole seconds to move forward, up to 400 days."""

    seconds: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=MOST_SECONDS)]


class ClockView(Seen):
    """The clock after the move."""

    now: datetime


def build(runtime: Runtime, *, sweep: Callable[[], Awaitable[None]]) -> FastAPI:
    """Routes to be mounted at /_dev. `sweep` does what has fallen due before the call answers."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    errors.install(app)

    @app.post("/clock/advance")
    async def advance_clock(said: AdvanceClock) -> ClockView:
        """Ours first: the simulator's webhooks about later things must not arrive before."""
        async with runtime.database.begin() as session:
            await runtime.clock.advance(session, said.seconds)
        base = runtime.settings.stripe_api_base
        if base is not None:
            try:
                async with httpx.AsyncClient(timeout=60) as http:
                    answer = await http.post(
                        f"{base}/_sim/clock/advance", json={"seconds": said.seconds}
                    )
                    answer.raise_for_status()
            except httpx.HTTPError:
                raise SimulatorSilent from None
        await sweep()
        return ClockView(now=runtime.clock.now())

    @app.get("/clock")
    async def show_clock() -> ClockView:
        return ClockView(now=runtime.clock.now())

    return app
