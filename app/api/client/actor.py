"""Who is calling at this door."""

from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import guards
from app.api.door import Runtime
from app.domain.actor import ClientActor
from app.identity import authentication


async def authenticate(request: Request, session: AsyncSession, runtime: Runtime) -> ClientActor:
    """The actor behind the bearer token. Raises NotSignedIn."""
    return await authentication.client_actor(
        session, guards.bearer(request), now=runtime.clock.now()
    )


async def _current(request: Request) -> ClientActor:
    actor = request.state.actor
    assert isinstance(actor, ClientActor)
    return actor


Caller = Annotated[ClientActor, Depends(_current)]
