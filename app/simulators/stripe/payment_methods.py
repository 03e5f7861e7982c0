"""Saved means of payment: cards and direct debits, how their bank behaves, and their mandates.

`sim.bank` is the stand-in's own: what the bank says to a charge while nobody is there. A direct
debit is taken and only days later paid or sent back.
"""

from typing import Any

from app.simulators.stripe import clock, events, listing
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import PLATFORM, new_id

CARD, SEPA = "card", "sepa_debit"
KINDS = (CARD, SEPA)
DEBIT_TAKES_SECONDS = 3 * clock.DAY
# What a bank may say: our word → (Stripe's code, its decline code, the sentence).
BANKS: dict[str, tuple[str, str, str] | None] = {
    "pays": None,
    "card_declined": ("card_declined", "generic_decline", "Your card was declined."),
    "insufficient_funds": (
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    "expired_card": ("expired_card", "expired_card", "Your card has expired."),
    "authentication_required": (
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}
_CARD: Json = {
    "brand": "visa",
    "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
    "country": "DE",
    "display_brand": "visa",
    "exp_month": 12,
    "exp_year": 2040,
    "fingerprint": "simulatedcard",
    "funding": "credit",
    "generated_from": None,
    "last4": "4242",
    "networks": {"available": ["visa"], "preferred": None},
    "regulated_status": None,
    "three_d_secure_usage": {"supported": True},
    "wallet": None,
}
_SEPA: Json = {
    "bank_code": "37040044",
    "branch_code": "",
    "country": "DE",
    "fingerprint": "simulateddebit",
    "generated_from": {"charge": None, "setup_attempt": None},
    "last4": "3000",
}


def add(moment: Moment, kind: str, *, customer: str | None, bank: str) -> Json:
    """A new means of payment, of a customer if one is named."""
    method: Json = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": None,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "created": moment.now,
        "customer": customer,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: _CARD if kind == CARD else _SEPA,
        "sim": {"bank": bank},
    }
    moment.store.add("payment_method", method, account=PLATFORM)
    if customer is not None:
        events.snapshot(moment, "payment_method.attached", shown(method))
    return method


def shown(method: Json) -> Json:
    return {name: value for name, value in method.items() if name != "sim"}


def details(method: Json) -> Json:
    """The means of payment as a charge names it."""
    kind = method["type"]
    named = ("brand", "exp_month", "exp_year", "last4") if kind == CARD else ("last4", "country")
    return {"type": kind, kind: {name: method[kind][name] for name in named}}


def mandate(moment: Moment, method: Json) -> str:
    """What a debtor signs, once and for all; its id."""
    signed: Json = {
        "id": new_id("mandate"),
        "object": "mandate",
        "created": moment.now,
        "customer_acceptance": {
            "accepted_at": moment.now,
            "online": {"ip_address": "127.0.0.1", "user_agent": "simulation"},
            "type": "online",
        },
        "livemode": False,
        "multi_use": {},
        "payment_method": method["id"],
        "payment_method_details": {
            "type": method["type"],
            method["type"]: {"reference": new_id("SIM").upper(), "url": "https://example.test"}
            if method["type"] == SEPA
            else {},
        },
        "status": "active",
        "type": "multi_use",
    }
    moment.store.add("mandate", signed, account=PLATFORM)
    return str(signed["id"])


def load(moment: Moment, identifier: str) -> Json | None:
    return moment.store.find("payment_method", identifier, account=PLATFORM)


def retrieve(call: Call) -> Json:
    return shown(_load(call))


def retrieve_mandate(call: Call) -> Json:
    found = call.store.find("mandate", call.path["id"], account=call.account)
    if found is None:
        raise no_such("mandate", call.path["id"], param="mandate", in_url=True)
    return {name: value for name, value in found.items() if name != "created"}


def _load(call: Call) -> Json:
    found = call.store.find("payment_method", call.path["id"], account=call.account)
    if found is None:
        raise no_such("PaymentMethod", call.path["id"], param="payment_method", in_url=True)
    return found


def list_all(call: Call) -> Json:
    wanted, values = ["kind = 'payment_method'"], list[Any]()
    for name in ("customer", "type"):
        if name in call.params:
            wanted.append(f"json_extract(body, '$.{name}') = ?")
            values.append(call.params[name])
    source = listing.Source(
        "objects", "/v1/payment_methods", "payment_method", lambda r: shown(listing.body_of(r))
    )
    return listing.page(call, source, wanted, values)


def detach(call: Call) -> Json:
    """It cannot be charged any more, and never will be again."""
    method = _load(call)
    if method["customer"] is None:
        raise Refused(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.",
            param="payment_method",
        )
    before = {"customer": method["customer"]}
    method["customer"] = None
    call.store.save(method)
    events.snapshot(call.moment, "payment_method.detached", shown(method), before=before)
    return shown(method)
