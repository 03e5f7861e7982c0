"""Errand → handler. A handler gets the toolbox and the errand's ids, and is idempotent."""

from collections.abc import Awaitable, Callable, Mapping

from app.domain.errands import Errand
from app.jobs import (
    exports,
    invoicing,
    ledger,
    mail,
    missed_events,
    notices,
    payouts,
    reconciling,
    stripe_events,
)
from app.jobs.toolbox import Toolbox

Handler = Callable[[Toolbox, Mapping[str, str]], Awaitable[None]]

HANDLERS: dict[Errand, Handler] = {
    Errand.SEND_VERIFICATION_MAIL: mail.send_verification_mail,
    Errand.SEND_PASSWORD_RESET_MAIL: mail.send_password_reset_mail,
    Errand.SEND_STEP_UP_MAIL: mail.send_step_up_mail,
    Errand.SEND_MEMBER_INVITATION: mail.send_member_invitation,
    Errand.TELL_ROOM_CHANGED: notices.tell_room_changed,
    Errand.SEND_NOTICES: notices.send_notices,
    Errand.RUN_PAYOUTS: payouts.run_payouts,
    Errand.SEND_PAYOUT: payouts.send_payout,
    Errand.RENDER_INVOICE: invoicing.render_invoice,
    Errand.SEND_REFUND: invoicing.send_refund,
    Errand.HANDLE_STRIPE_EVENT: stripe_events.handle_stripe_event,
    Errand.WRITE_EXPORT: exports.write_export,
    Errand.RECONCILE: reconciling.reconcile,
    Errand.FETCH_MISSED_EVENTS: missed_events.fetch_missed_events,
    Errand.CARE_FOR_BOOKS: ledger.care_for_books,
}
