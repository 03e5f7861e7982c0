"""Names of the jobs that an earlier room leaves for a later one. Payloads carry ids only."""

from enum import StrEnum


class Errand(StrEnum):
    SEND_VERIFICATION_MAIL = "send_verification_mail"  # {"user_id"}
    SEND_PASSWORD_RESET_MAIL = "send_password_reset_mail"  # noqa: S105 – a job's name; {"user_id"}
    SEND_STEP_UP_MAIL = "send_step_up_mail"  # {"user_id"}
    SEND_MEMBER_INVITATION = "send_member_invitation"  # {"invitation_id"}
    TELL_ROOM_CHANGED = "tell_room_changed"  # {"project_id" | "position_id", "change_id"}
    SEND_NOTICES = "send_notices"  # {}
    RENDER_INVOICE = "render_invoice"  # {"invoice_id"}
    SEND_REFUND = "send_refund"  # {"refund_id"}
    SEND_PAYOUT = "send_payout"  # {"payout_id"}
    HANDLE_STRIPE_EVENT = "handle_stripe_event"  # {"inbox_event_id"}
    WRITE_EXPORT = "write_export"  # {"export_id"}
    RUN_PAYOUTS = "run_payouts"  # {"payout_run_id"}
    RECONCILE = "reconcile"  # {"reconciliation_run_id"}
    FETCH_MISSED_EVENTS = "fetch_missed_events"  # {}
    CARE_FOR_BOOKS = "care_for_books"  # {}
