"""Who is calling at this door."""

from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import guards
from app.api.door import Runtime
from app.domain.actor import TrainerActor
from app.identity import authentication, step_up


async def authenticate(request: Request, session: AsyncSession, runtime: Runtime) -> TrainerActor:
    """The actor behind the bearer token. Raises NotSignedIn."""
    return await authentication.trainer_actor(
        session, guards.bearer(request), now=runtime.clock.now()
    )


async def shown_lately(request: Request, session: AsyncSession, runtime: Runtime) -> None:
    """Raises FreshSecondFactorNeeded unless a mailed code was shown a short while ago."""
    await step_up.require(
        session, guards.bearer(request), settings=runtime.settings, clock=runtime.clock
    )


async def _current(request: Request) -> TrainerActor:
    actor = request.state.actor
    assert isinstance(actor, TrainerActor)
    return actor


Caller = Annotated[TrainerActor, Depends(_current)]
