"""Building the trainer door: which routes, and what they obey."""

from fastapi import APIRouter, FastAPI

from app.api import door
from app.api.door import DoorPolicy, Runtime
from app.api.trainer import (
    adjustment_routes,
    contest_routes,
    credential_routes,
    earning_routes,
    feed_routes,
    hiring_routes,
    notice_routes,
    profile_routes,
    registration_routes,
    session_routes,
    sync_routes,
    terms_routes,
    time_routes,
    usual,
    vocabulary_routes,
)
from app.api.trainer.actor import authenticate

POLICY = DoorPolicy(
    name="trainer",
    authenticate=authenticate,
    public=frozenset(
        {
            "sign_in",
            "refresh_session",
            "verify_email",
            "request_password_reset",
            "reset_password",
            "register_trainer",
            "list_vocabularies",
        }
    ),
    money=frozenset(),
    unkept=frozenset({"sign_in", "refresh_session", "confirm_second_factor"}),
    unwrapped=frozenset(
        {
            "sign_in",
            "refresh_session",
            "verify_email",
            "request_password_reset",
            "reset_password",
            "confirm_second_factor",
            "upload_evidence",
            "start_payout_onboarding",
            "sync_time",
        }
    ),
    limited={"register_trainer": 2000},
    usual={
        "record_time": usual.record_time,
        "start_timer": usual.start_timer,
        "stop_timer": usual.stop_timer,
        "get_allowance": usual.get_allowance,
    },
)

# Routes are tried in this order: those of hours are asked most.
ROUTERS: tuple[APIRouter, ...] = (
    time_routes.ROUTER,
    session_routes.routes,
    registration_routes.ROUTER,
    profile_routes.ROUTER,
    credential_routes.ROUTER,
    vocabulary_routes.ROUTER,
    notice_routes.ROUTER,
    hiring_routes.ROUTER,
    terms_routes.ROUTER,
    sync_routes.ROUTER,
    contest_routes.ROUTER,
    adjustment_routes.ROUTER,
    earning_routes.router,
    feed_routes.ROUTER,
)


def build(runtime: Runtime) -> FastAPI:
    """The sub-application, to be mounted at /trainer/v1."""
    return door.build(
        POLICY,
        runtime=runtime,
        title="Lehrwerk – trainer door",
        description="Trainers, on a mobile front end.",
        routers=ROUTERS,
    )
