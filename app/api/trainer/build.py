"""Building the trainer door: which routes, and what they obey."""

from fastapi import APIRouter, FastAPI

from app.api import door
from app.api.door import DoorPolicy, Runtime
from app.api.trainer import earning_routes, hiring_routes
from app.api.trainer.actor import authenticate

POLICY = DoorPolicy(
    name="trainer",
    authenticate=authenticate,
    public=frozenset(
        {
            "sign_in",
            "refresh_session",
        }
    ),
    money=frozenset(),
    unkept=frozenset({"sign_in", "refresh_session"}),
    outside=frozenset({"start_payout_onboarding"}),
)

ROUTERS: tuple[APIRouter, ...] = (hiring_routes.routes, earning_routes.router)


def build(runtime: Runtime) -> FastAPI:
    """The sub-application, to be mounted at /trainer/v1."""
    return door.build(
        POLICY,
        runtime=runtime,
        title="Lehrwerk – trainer door",
        description="Trainers, on a mobile front end.",
        routers=ROUTERS,
    )
