"""What is due by the clock: sweeps that look at `clock.now()` and do what has fallen due.

They run every few seconds in real time, and once right after the development clock was moved.
"""

from collections.abc import Awaitable, Callable

from app.jobs import (
    engagements,
    hiring,
    invoicing,
    ledger,
    missed_events,
    notices,
    payouts,
    positions,
    reconciling,
    time,
)
from app.jobs.toolbox import Toolbox

Sweep = Callable[[Toolbox], Awaitable[None]]

SWEEPS: dict[str, Sweep] = {
    "reprice_positions": positions.reprice_positions,
    "expire_offers": hiring.expire_offers,
    "expire_terms": engagements.expire_terms,
    "attend_timers": time.attend_timers,
    "submit_timesheets": time.submit_timesheets,
    "approve_timesheets": time.approve_timesheets,
    "hand_on_contests": time.hand_on_contests,
    "decide_contests": time.decide_contests,
    "move_on_adjustments": time.move_on_adjustments,
    "pick_up_stalled_payouts": payouts.pick_up_stalled,
    "try_again": payouts.try_again,
    "clear_payments": invoicing.clear_payments,
    "pick_up_stalled_refunds": invoicing.pick_up_stalled_refunds,
    "charge_due_invoices": invoicing.charge_due_invoices,
    "mind_payment_methods": invoicing.mind_payment_methods,
    "dun": invoicing.dun,
    "mind_wallets": invoicing.mind_wallets,
    "look_at_open_pages": invoicing.look_at_open_pages,
    "chain_postings": ledger.chain_postings,
    "care_for_books_nightly": ledger.care_for_books_nightly,
    "look_for_missed_events": missed_events.look_for_missed_events,
    "reconcile_daily": reconciling.reconcile_daily,
    "remind": notices.remind,
    "hand_out_notices": notices.hand_out,
}


async def run_all(tools: Toolbox) -> None:
    """Run every sweep once, in order."""
    for sweep in SWEEPS.values():
        await sweep(tools)
