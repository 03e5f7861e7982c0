"""Disputes of the platform's charges: the bank takes the money, decides, and may give it back."""

from typing import Any

from app.simulators.stripe import clock, events, listing, money
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import PLATFORM, new_id

FEE = 2_000
REASONS = ("fraudulent", "product_not_received", "duplicate", "unrecognized", "general")
EVIDENCE_WITHIN_SECONDS = 7 * clock.DAY
_INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed")
_NO_EVIDENCE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]


def start(moment: Moment, charge: Json, *, amount: int, reason: str, inquiry: bool) -> Json:
    """The payer complains at her bank. An inquiry takes nothing yet."""
    dispute: Json = {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": moment.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(_NO_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": moment.now + EVIDENCE_WITHIN_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    charge["disputed"] = True
    moment.store.save(charge)
    moment.store.add("dispute", dispute, account=PLATFORM)
    if not inquiry:
        _move(moment, dispute, -amount, fee=FEE)
    events.snapshot(moment, "charge.dispute.created", shown(moment, dispute))
    if not inquiry:
        events.snapshot(moment, "charge.dispute.funds_withdrawn", shown(moment, dispute))
    return shown(moment, dispute)


def decide(moment: Moment, dispute: Json, *, won: bool) -> Json:
    """The bank's word: a won one comes back, also after an appeal; an inquiry merely ends."""
    if dispute["status"] in _INQUIRIES:
        dispute["status"] = "warning_closed"
    else:
        dispute["status"] = "won" if won else "lost"
    if won and dispute["status"] == "won":
        _move(moment, dispute, dispute["amount"], fee=0)
        events.snapshot(moment, "charge.dispute.funds_reinstated", shown(moment, dispute))
    moment.store.save(dispute)
    events.snapshot(moment, "charge.dispute.closed", shown(moment, dispute))
    return shown(moment, dispute)


def withdraw(moment: Moment, dispute: Json) -> Json:
    """An inquiry becomes a chargeback after all."""
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    _move(moment, dispute, -dispute["amount"], fee=FEE)
    events.snapshot(moment, "charge.dispute.funds_withdrawn", shown(moment, dispute))
    return shown(moment, dispute)


def _move(moment: Moment, dispute: Json, amount: int, *, fee: int) -> None:
    dispute["balance_transactions"].append(
        money.move(
            moment,
            account=PLATFORM,
            kind="adjustment",
            source=dispute["id"],
            in_currency=dispute["currency"],
            amount=amount,
            fee=fee,
        )
    )
    moment.store.save(dispute)


def shown(moment: Moment, dispute: Json) -> Json:
    """As the API shows it: with its lines on the statement in full."""
    lines = [
        money.find(moment.store, each, account=PLATFORM, now=moment.now)
        for each in dispute["balance_transactions"]
    ]
    return {**dispute, "balance_transactions": lines}


def load(moment: Moment, identifier: str) -> Json | None:
    return moment.store.find("dispute", identifier, account=PLATFORM)


def _load(call: Call) -> Json:
    found = load(call.moment, call.path["id"])
    if found is None:
        raise no_such("dispute", call.path["id"], param="id", in_url=True)
    return found


def retrieve(call: Call) -> Json:
    return shown(call.moment, _load(call))


def close(call: Call) -> Json:
    """The platform gives in: lost."""
    dispute = _load(call)
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise Refused(f"This dispute is already {dispute['status']}.")
    return decide(call.moment, dispute, won=False)


def list_all(call: Call) -> Json:
    wanted, values = ["kind = 'dispute'"], list[Any]()
    for name in ("charge", "payment_intent"):
        if name in call.params:
            wanted.append(f"json_extract(body, '$.{name}') = ?")
            values.append(call.params[name])
    source = listing.Source(
        "objects", "/v1/disputes", "dispute", lambda row: shown(call.moment, listing.body_of(row))
    )
    return listing.page(call, source, wanted, values)
