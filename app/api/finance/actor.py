"""Who is calling at this door."""

from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import guards
from app.api.door import Runtime
from app.domain.actor import FinanceActor
from app.identity import authentication, step_up


async def authenticate(request: Request, session: AsyncSession, runtime: Runtime) -> FinanceActor:
    """The actor behind the bearer token. Raises NotSignedIn."""
    return await authentication.finance_actor(
        session, guards.bearer(request), now=runtime.clock.now()
    )


async def freshness(request: Request, session: AsyncSession, runtime: Runtime) -> None:
    """Raises FreshSecondFactorNeeded."""
    await step_up.require(
        session, guards.bearer(request), settings=runtime.settings, clock=runtime.clock
    )


async def _current(request: Request) -> FinanceActor:
    actor = request.state.actor
    assert isinstance(actor, FinanceActor)
    return actor


Caller = Annotated[FinanceActor, Depends(_current)]
