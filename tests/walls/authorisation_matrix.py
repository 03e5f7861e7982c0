"""Who gets what: one row for each operation of each door. A route without a row fails the build.

`own` is the answer to the rightful actor about her own object, with a body that is in order.
`viewer` is the answer to a member of the same company who may only read. `of` names the path
parameter that says whose object it is; somebody else's and one that never existed must be answered
alike, by `foreign`. Keys without scopes get 403 wherever a token is needed, other doors' tokens,
expired ones and none at all get 401: these have no column.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.walls.world import BILL_MINOR, PASSWORD, World

Body = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Rule:
    """One row. `things` renames path parameters, `body` replaces the document's example."""

    own: int
    of: str | None = None
    viewer: int = 403
    foreign: int = 404
    key: int = 403
    body: Body | None = None
    things: dict[str, str] = field(default_factory=dict)
    minted: bool = False  # the caller makes up the id
    file: bool = False  # the body is a document
    alone: bool = False  # sets its own isolation, so that it cannot be asked inside a transaction
    writes: bool = False  # a GET that keeps a record of itself


def _usd(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "USD"}


def _offer(world: World) -> dict[str, Any]:
    return {"bill_rate": _usd(15_000), "weekly_minutes": 600,
            "starts_on": world.now.date().isoformat()}  # fmt: skip


def _position(world: World) -> dict[str, Any]:
    return {"title": "Reader", "domain": "medicine", "seats": 2, "requirements": {},
            "bill_rate_cap": _usd(18_000), "weekly_minutes": 600,
            "starts_on": world.now.date().isoformat()}  # fmt: skip


def _rate_card(world: World) -> dict[str, Any]:
    return {"domain": "medicine", "country_band": "A", "bill_cap": _usd(32_000),
            "pay_cap": _usd(25_600), "effective_at": _later(world)}  # fmt: skip


def _payment(world: World) -> dict[str, Any]:
    return {"amount": _usd(10 * BILL_MINOR), "received_on": world.now.date().isoformat(),
            "reference": "Statement 7"}  # fmt: skip


def _unknown(world: World) -> dict[str, Any]:
    return {**_payment(world), "payer": "A. Nobody"}


def _hours(world: World) -> dict[str, Any]:
    """Half an hour that nobody has logged yet."""
    start = world.logged_at + timedelta(hours=6)
    return {"engagement_id": str(world.things["hours"]), "started_at": start.isoformat(),
            "ended_at": (start + timedelta(minutes=15)).isoformat()}  # fmt: skip


def _timer(world: World) -> dict[str, Any]:
    return {"engagement_id": str(world.things["hours"]), "started_at": world.now.isoformat()}


def _contested(world: World) -> dict[str, Any]:
    return {"entries": [{"entry_id": str(world.things["submitted entry"]),
                         "reason_code": "duplicate", "explanation": "Twice."}]}  # fmt: skip


def _bonus(world: World) -> dict[str, Any]:
    del world
    return {"amount": _usd(5_000), "reason": "Well found."}


def _correction(world: World) -> dict[str, Any]:
    return {"minutes": 6, "worked_at": world.logged_at.isoformat(), "reason": "Left out.",
            "reason_code": "hours_missing"}  # fmt: skip


def _clawback(world: World) -> dict[str, Any]:
    return {"amount": _usd(1_000), "reason_code": "paid_in_error", "reason": "Paid twice.",
            "evidence_ids": [str(world.things["cut"])]}  # fmt: skip


def _later(world: World) -> str:
    return (world.now + timedelta(days=1)).isoformat()


def _new_address(world: World) -> dict[str, Any]:
    del world
    return {"email": "nobody@example.org", "password": PASSWORD}


PUBLIC = {
    # Sign-ins with wrong data: the matrix holds no password. None of these asks who is calling.
    "client.sign_in": Rule(401),
    "client.refresh_session": Rule(401),
    "client.verify_email": Rule(422),
    "client.request_password_reset": Rule(202),
    "client.reset_password": Rule(422),
    "client.register_company": Rule(201),
    "client.list_vocabularies": Rule(200),
    "client.preview_member_invitation": Rule(422),
    "client.accept_member_invitation": Rule(422),
    "trainer.sign_in": Rule(401),
    "trainer.refresh_session": Rule(401),
    "trainer.verify_email": Rule(422),
    "trainer.request_password_reset": Rule(202),
    "trainer.reset_password": Rule(422),
    "trainer.register_trainer": Rule(201),
    "trainer.list_vocabularies": Rule(200),
    "finance.sign_in": Rule(401),
    "finance.refresh_session": Rule(401),
    "operations.sign_in": Rule(401),
    "operations.refresh_session": Rule(401),
}

CLIENT = {
    "sign_out": Rule(204, viewer=204),
    "create_api_key": Rule(201),
    "list_api_keys": Rule(200),
    "revoke_api_key": Rule(200, of="api_key_id"),
    "get_company": Rule(200, viewer=200, key=200),
    "set_billing_profile": Rule(200),
    "list_members": Rule(200),
    "invite_member": Rule(201),
    "withdraw_member_invitation": Rule(204, of="invitation_id"),
    "change_member": Rule(200, of="member_id", things={"member_id": "viewer user"}),
    "remove_member": Rule(204, of="member_id", things={"member_id": "viewer user"}),
    "list_notices": Rule(200, viewer=200),
    "get_notice_settings": Rule(200, viewer=200),
    "set_notice_settings": Rule(200, viewer=200),
    "create_project": Rule(201),
    "list_projects": Rule(200, viewer=200),
    "get_project": Rule(200, viewer=200, of="project_id"),
    "change_budget": Rule(200, of="project_id"),
    "add_position": Rule(201, of="project_id", things={"project_id": "draft"}, body=_position),
    "update_position": Rule(200, of="position_id", body=lambda w: {"seats": 12}),
    "publish_project": Rule(200, of="project_id", things={"project_id": "draft"}),
    "pause_project": Rule(200, of="project_id"),
    "close_project": Rule(200, of="project_id"),
    "list_candidates": Rule(200, viewer=200, of="position_id"),
    "explain_candidate": Rule(200, viewer=200, of="position_id"),
    "get_burn": Rule(200, viewer=200, of="position_id"),
    "list_applications": Rule(200, viewer=200, of="position_id"),
    "shortlist_application": Rule(200, of="application_id"),
    "decline_application": Rule(200, of="application_id"),
    "make_offer": Rule(201, of="application_id", body=_offer),
    "withdraw_offer": Rule(200, of="offer_id"),
    "list_engagements": Rule(200, viewer=200),
    "get_engagement": Rule(200, viewer=200, of="engagement_id"),
    "change_terms": Rule(201, of="engagement_id", body=lambda w: {"bill_rate": _usd(750_000)}),
    "list_terms_changes": Rule(200, viewer=200, of="engagement_id"),
    "withdraw_terms": Rule(200, of="terms_change_id"),
    "pause_engagement": Rule(200, of="engagement_id"),
    "resume_engagement": Rule(200, of="engagement_id"),
    "end_engagement": Rule(200, of="engagement_id"),
    "change_limit": Rule(200, of="engagement_id"),
    "list_timesheets": Rule(200, viewer=200),
    "get_timesheet": Rule(200, viewer=200, of="timesheet_id"),
    "explain_minutes": Rule(200, viewer=200, of="timesheet_id"),
    "approve_timesheet": Rule(200, of="timesheet_id"),
    "approve_timesheets": Rule(200, body=lambda w: {"timesheet_ids": [str(w.things["timesheet"])]}),
    "send_back_timesheet": Rule(200, of="timesheet_id"),
    "contest_entries": Rule(201, of="timesheet_id", body=_contested),
    "list_contests": Rule(200, viewer=200),
    "withdraw_contest": Rule(200, of="contest_id"),
    "give_bonus": Rule(201, of="engagement_id", things={"engagement_id": "hours"}, body=_bonus),
    "correct_hours": Rule(201, of="engagement_id", body=_correction),
    "decide_expense": Rule(200, of="adjustment_id", things={"adjustment_id": "waiting expense"}),
    "list_adjustments": Rule(200, viewer=200),
    "list_over_cap": Rule(200, viewer=200),
    "decide_over_cap": Rule(200, of="entry_id", things={"entry_id": "entry over the week"}),
    "list_invoices": Rule(200, viewer=200),
    "get_invoice": Rule(200, viewer=200, of="invoice_id"),
    "explain_invoice_line": Rule(200, viewer=200, of="invoice_id"),
    # The first download prints the document when no job has.
    "download_invoice": Rule(200, viewer=200, of="invoice_id", writes=True),
    "pay_invoice": Rule(200, of="invoice_id"),
    "get_wallet": Rule(200, viewer=200),
    "top_up_wallet": Rule(201),
    "get_payment_consent": Rule(200, viewer=200, key=200),
    "save_payment_method": Rule(201),
    "list_payment_methods": Rule(200, viewer=200),
    "remove_payment_method": Rule(204, of="payment_method_id"),
}

TRAINER = {
    "sign_out": Rule(204),
    "request_second_factor": Rule(202),
    "confirm_second_factor": Rule(403),
    "get_me": Rule(200),
    "update_profile": Rule(200),
    "set_skills": Rule(200),
    "set_languages": Rule(200),
    "set_availability": Rule(200),
    "list_notices": Rule(200),
    "get_notice_settings": Rule(200),
    "set_notice_settings": Rule(200),
    "register_device": Rule(201),
    "list_devices": Rule(200),
    "remove_device": Rule(204, of="device_id"),
    "claim_credential": Rule(201),
    "list_credentials": Rule(200),
    "upload_evidence": Rule(201, of="credential_id", file=True),
    "apply": Rule(
        201, minted=True, body=lambda w: {"position_id": str(w.things["waiting position"])}
    ),
    "list_applications": Rule(200),
    "withdraw_application": Rule(200, of="application_id"),
    "list_offers": Rule(200),
    "accept_offer": Rule(201, of="offer_id"),
    "decline_offer": Rule(200, of="offer_id"),
    "list_engagements": Rule(200),
    "get_engagement": Rule(200, of="engagement_id"),
    "list_terms_changes": Rule(200, of="engagement_id"),
    "consent_to_terms": Rule(200, of="terms_change_id"),
    "decline_terms": Rule(200, of="terms_change_id"),
    "get_allowance": Rule(200, of="engagement_id"),
    "get_burn": Rule(200, of="engagement_id"),
    "start_timer": Rule(201, of="entry_id", minted=True, body=_timer),
    "stop_timer": Rule(
        200,
        of="entry_id",
        things={"entry_id": "timed entry"},
        body=lambda w: {"stopped_at": w.now.isoformat()},
    ),
    "record_time": Rule(201, of="entry_id", minted=True, body=_hours),
    "delete_time": Rule(204, of="entry_id"),
    "get_time": Rule(200, of="entry_id"),
    "sync_time": Rule(
        200,
        body=lambda w: {
            "items": [{"entry_id": "5a3c0f6e-9d14-4d0c-8f3e-2b7a51c6d901", **_hours(w)}]
        },
    ),
    "list_time": Rule(200),
    "list_timesheets": Rule(200),
    "explain_minutes": Rule(200, of="timesheet_id"),
    "submit_timesheet": Rule(200, of="timesheet_id", things={"timesheet_id": "open timesheet"}),
    "claim_expense": Rule(201, of="engagement_id", things={"engagement_id": "hours"}),
    "answer_correction": Rule(200, of="adjustment_id", things={"adjustment_id": "cut"}),
    "list_adjustments": Rule(200),
    "list_contests": Rule(200),
    "answer_contest": Rule(200, of="contest_id"),
    "start_payout_onboarding": Rule(201),
    "get_payout_account": Rule(200),
    "list_earnings": Rule(200),
    "list_holds": Rule(200),
    "list_payouts": Rule(200),
    "explain_payout": Rule(200, of="payout_id"),
    "list_feed": Rule(200),
    # Open positions are everybody's to see; a draft is nobody's.
    "get_position": Rule(200, of=None),
}

FINANCE = {
    "sign_out": Rule(204),
    "get_issuer_profile": Rule(200),
    "set_issuer_profile": Rule(200),
    "run_invoices": Rule(201, body=lambda w: {"through": w.now.date().isoformat()}),
    "list_invoices": Rule(200),
    "get_invoice": Rule(200, of="invoice_id"),
    "download_invoice": Rule(200, of="invoice_id", writes=True),
    "record_payment": Rule(201, of="invoice_id", body=_payment),
    "refund_payment": Rule(409, of="invoice_id"),
    "list_refunds": Rule(200),
    "list_disputes": Rule(200),
    "write_off_invoice": Rule(201, of="invoice_id"),
    "approve_write_off": Rule(200, of="write_off_id"),
    "list_write_offs": Rule(200),
    "record_unknown_payment": Rule(201, body=_unknown),
    "list_suspense": Rule(200),
    "assign_suspense": Rule(
        200, of="suspense_id", body=lambda w: {"company_id": str(w.things["company"])}
    ),
    "return_suspense": Rule(200, of="suspense_id"),
    "get_company_wallet": Rule(200, of="company_id"),
    "record_top_up": Rule(201, of="company_id", body=_payment),
    "refund_wallet": Rule(409, of="company_id", foreign=409),
    "run_payouts": Rule(201, body=lambda w: {"as_of": w.now.isoformat()}),
    "get_payout_run": Rule(200, of="payout_run_id"),
    "list_payouts": Rule(200),
    "get_payout": Rule(200, of="payout_id"),
    "retry_payout": Rule(409, of="payout_id"),
    "explain_margin": Rule(200, of="invoice_id"),
    "explain_engagement_margin": Rule(200, of="engagement_id"),
    "preview_payouts": Rule(200),
    "approve_payout_run": Rule(409, of="payout_run_id"),
    "confirm_second_factor": Rule(403),
    "cancel_payout": Rule(409, of="payout_id"),
    "hold_payout": Rule(409, of="payout_id"),
    "list_payout_holds": Rule(200),
    "get_payout_hold": Rule(200, of="hold_id"),
    "release_hold": Rule(200, of="hold_id"),
    "hold_trainer": Rule(201, of="trainer_id"),
    "record_screening": Rule(
        201,
        of="trainer_id",
        body=lambda w: {"outcome": "clear", "lists": "OFAC", "lists_of": w.now.isoformat()},
    ),
    "list_periods": Rule(200),
    "get_period": Rule(200),
    "close_period": Rule(200),
    "reopen_period": Rule(409),
    "list_ledger_accounts": Rule(200),
    "list_postings": Rule(200),
    "get_books_proof": Rule(200, alone=True),
    "get_reconciliation": Rule(200),
    "list_reconciliation_differences": Rule(200),
    "run_reconciliation": Rule(202),
    "get_reconciliation_run": Rule(200, of="run_id"),
    "link_reconciliation": Rule(201),
    "create_export": Rule(202),
    "get_export": Rule(200, of="export_id"),
    "download_export": Rule(200, of="export_id"),
    "set_rate_card": Rule(201, body=_rate_card),
    "list_rate_cards": Rule(200),
    "list_companies": Rule(200),
    "get_company": Rule(200, of="company_id"),
    "set_credit_terms": Rule(200, of="company_id"),
    "set_fee_terms": Rule(200, of="company_id"),
}

OPERATIONS = {
    "sign_out": Rule(204),
    "list_credential_checks": Rule(200),
    "download_evidence": Rule(200, of="document_id", writes=True),
    "decide_credential_check": Rule(200, of="credential_id"),
    "list_over_cap": Rule(200),
    "decide_over_cap": Rule(200, of="entry_id", things={"entry_id": "entry over her week"}),
    "list_contests": Rule(200),
    "decide_contest": Rule(200, of="contest_id", things={"contest_id": "answered contest"}),
    "list_adjustments": Rule(200),
    "decide_adjustment": Rule(200, of="adjustment_id", things={"adjustment_id": "old expense"}),
    "correct_hours": Rule(201, of="engagement_id", body=_correction),
    "claw_back": Rule(201, of="engagement_id", body=_clawback),
}

MATRIX: dict[str, Rule] = PUBLIC | {
    f"{door}.{id_}": rule
    for door, rules in {
        "client": CLIENT, "trainer": TRAINER, "finance": FINANCE, "operations": OPERATIONS,
    }.items()
    for id_, rule in rules.items()
}  # fmt: skip
