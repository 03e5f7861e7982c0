"""Building the client door: which routes, and what they obey."""

from fastapi import APIRouter, FastAPI

from app.api import door
from app.api.client import (
    adjustment_routes,
    api_key_routes,
    candidate_routes,
    company_routes,
    contest_routes,
    hiring_routes,
    invoice_routes,
    member_routes,
    notice_routes,
    payment_method_routes,
    project_routes,
    registration_routes,
    session_routes,
    terms_routes,
    time_routes,
    vocabulary_routes,
    wallet_routes,
)
from app.api.client.actor import authenticate
from app.api.door import DoorPolicy, Runtime

POLICY = DoorPolicy(
    name="client",
    authenticate=authenticate,
    public=frozenset(
        {
            "sign_in",
            "refresh_session",
            "verify_email",
            "request_password_reset",
            "reset_password",
            "register_company",
            "list_vocabularies",
            "preview_member_invitation",
            "accept_member_invitation",
        }
    ),
    money=frozenset({"pay_invoice", "top_up_wallet"}),
    unkept=frozenset({"sign_in", "refresh_session"}),
    unwrapped=frozenset(
        {
            "sign_in",
            "refresh_session",
            "verify_email",
            "request_password_reset",
            "reset_password",
            "preview_member_invitation",
            "accept_member_invitation",
            "pay_invoice",
            "top_up_wallet",
            "save_payment_method",
            "download_invoice",
        }
    ),
    limited={"register_company": 1000},
)

ROUTERS: tuple[APIRouter, ...] = (
    session_routes.routes,
    api_key_routes.routes,
    registration_routes.ROUTER,
    company_routes.ROUTER,
    member_routes.ROUTER,
    vocabulary_routes.ROUTER,
    notice_routes.ROUTER,
    hiring_routes.ROUTER,
    terms_routes.ROUTER,
    time_routes.ROUTER,
    contest_routes.ROUTER,
    adjustment_routes.ROUTER,
    invoice_routes.router,
    wallet_routes.ROUTER,
    payment_method_routes.ROUTER,
    candidate_routes.ROUTER,
    project_routes.ROUTER,
)


def build(runtime: Runtime) -> FastAPI:
    """The sub-application, to be mounted at /client/v1."""
    return door.build(
        POLICY,
        runtime=runtime,
        title="Lehrwerk – client door",
        description="AI companies, over REST.",
        routers=ROUTERS,
    )
