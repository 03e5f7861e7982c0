"""Building the operations door: which routes, and what they obey."""

from fastapi import APIRouter, FastAPI

from app.api import door
from app.api.door import DoorPolicy, Runtime
from app.api.operations import (
    adjustment_routes,
    check_routes,
    contest_routes,
    session_routes,
    time_routes,
)
from app.api.operations.actor import authenticate

POLICY = DoorPolicy(
    name="operations",
    authenticate=authenticate,
    public=frozenset(
        {
            "sign_in",
            "refresh_session",
        }
    ),
    money=frozenset(),
    unkept=frozenset({"sign_in", "refresh_session"}),
    unwrapped=frozenset({"sign_in", "refresh_session", "download_evidence"}),
)

ROUTERS: tuple[APIRouter, ...] = (
    session_routes.routes,
    check_routes.ROUTER,
    time_routes.ROUTER,
    contest_routes.ROUTER,
    adjustment_routes.ROUTER,
)


def build(runtime: Runtime) -> FastAPI:
    """The sub-application, to be mounted at /operations/v1."""
    return door.build(
        POLICY,
        runtime=runtime,
        title="Lehrwerk – operations door",
        description="Operations staff: credential checks; decisions about hours and adjustments.",
        routers=ROUTERS,
    )
