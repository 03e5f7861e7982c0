"""Who is calling at this door."""

from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import guards
from app.api.door import Runtime
from app.domain.actor import OperationsActor
from app.identity import authentication


async def authenticate(
    request: Request, session: AsyncSession, runtime: Runtime
) -> OperationsActor:
    """The actor behind the bearer token. Raises NotSignedIn."""
    return await authentication.operations_actor(
        session, guards.bearer(request), now=runtime.clock.now()
    )


async def _current(request: Request) -> OperationsActor:
    actor = request.state.actor
    assert isinstance(actor, OperationsActor)
    return actor


Caller = Annotated[OperationsActor, Depends(_current)]
