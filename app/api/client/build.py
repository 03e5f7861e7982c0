"""Building the client door: which routes, and what they obey."""

from fastapi import APIRouter, FastAPI

from app.api import door
from app.api.client import hiring_routes
from app.api.client.actor import authenticate
from app.api.door import DoorPolicy, Runtime

POLICY = DoorPolicy(
    name="client",
    authenticate=authenticate,
    public=frozenset(
        {
            "sign_in",
            "refresh_session",
        }
    ),
    money=frozenset(),
    unkept=frozenset({"sign_in", "refresh_session"}),
    outside=frozenset(),
)

ROUTERS: tuple[APIRouter, ...] = (hiring_routes.routes,)


def build(runtime: Runtime) -> FastAPI:
    """The sub-application, to be mounted at /client/v1."""
    return door.build(
        POLICY,
        runtime=runtime,
        title="Lehrwerk – client door",
        description="AI companies, over REST.",
        routers=ROUTERS,
    )
