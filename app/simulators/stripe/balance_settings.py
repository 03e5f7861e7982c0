"""Payout schedules. The simulator never sweeps a balance, so `manual` is the only one it knows."""

from app.simulators.stripe import accounts
from app.simulators.stripe.moments import Call, Json
from app.simulators.stripe.refusals import Refused
from app.simulators.stripe.store import PLATFORM


def update(call: Call) -> Json:
    """Accepts what already holds and refuses every schedule that would need automatic payouts."""
    payouts = call.params.get("payments", {}).get("payouts", {})
    if payouts.get("schedule", {}).get("interval", "manual") != "manual":
        raise Refused(
            "Automatic payouts are not simulated; the only interval is manual.",
            code="parameter_not_simulated",
            param="payments[payouts][schedule][interval]",
        )
    return retrieve(call)


def retrieve(call: Call) -> Json:
    account = accounts.load(call.store, call.account)
    enabled = call.account == PLATFORM or (
        account is not None and accounts.allows(account, accounts.PAYOUTS)
    )
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": False,
            "payouts": {
                "minimum_balance_by_currency": None,
                "schedule": {"interval": "manual"},
                "statement_descriptor": None,
                "status": "enabled" if enabled else "disabled",
            },
            "settlement_timing": {"delay_days": 2},
        },
    }
