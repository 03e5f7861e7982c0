"""Building the finance door: which routes, and what they obey."""

from fastapi import APIRouter, FastAPI

from app.api import door
from app.api.door import DoorPolicy, Runtime
from app.api.finance import (
    company_routes,
    export_routes,
    hold_routes,
    invoice_routes,
    ledger_routes,
    margin_routes,
    payout_routes,
    period_routes,
    rate_card_routes,
    reconciliation_routes,
    refund_routes,
    session_routes,
    suspense_routes,
    wallet_routes,
    write_off_routes,
)
from app.api.finance.actor import authenticate, freshness

POLICY = DoorPolicy(
    name="finance",
    authenticate=authenticate,
    public=frozenset(
        {
            "sign_in",
            "refresh_session",
        }
    ),
    money=frozenset(
        {
            "run_payouts",
            "run_invoices",
            "record_payment",
            "refund_payment",
            "record_top_up",
            "refund_wallet",
            "write_off_invoice",
            "record_unknown_payment",
            "assign_suspense",
            "return_suspense",
        }
    ),
    unkept=frozenset(
        {"sign_in", "refresh_session", "link_reconciliation", "confirm_second_factor"}
    ),
    stepped_up=frozenset(
        {
            "run_payouts",
            "approve_payout_run",
            "retry_payout",
            "release_hold",
            "refund_payment",
            "refund_wallet",
            "write_off_invoice",
            "approve_write_off",
        }
    ),
    freshness=freshness,
    unwrapped=frozenset(
        {
            "assign_suspense",
            "sign_in",
            "refresh_session",
            "confirm_second_factor",
            "download_export",
            "record_payment",
            "download_invoice",
        }
    ),
)

ROUTERS: tuple[APIRouter, ...] = (
    session_routes.routes,
    invoice_routes.router,
    refund_routes.router,
    wallet_routes.router,
    write_off_routes.router,
    suspense_routes.router,
    payout_routes.router,
    hold_routes.router,
    ledger_routes.router,
    margin_routes.router,
    period_routes.router,
    reconciliation_routes.router,
    export_routes.router,
    rate_card_routes.ROUTER,
    company_routes.ROUTER,
)


def build(runtime: Runtime) -> FastAPI:
    """The sub-application, to be mounted at /finance/v1."""
    return door.build(
        POLICY,
        runtime=runtime,
        title="Lehrwerk – finance door",
        description="Finance staff: both sides of the wall.",
        routers=ROUTERS,
    )
