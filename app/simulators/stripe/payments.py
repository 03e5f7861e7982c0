"""Payment intents and charges: what a completed Checkout leaves behind."""

import secrets

from app.simulators.stripe import clock, events, money
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import no_such
from app.simulators.stripe.store import PLATFORM, new_id

CARD = {"brand": "visa", "exp_month": 12, "exp_year": 2040, "last4": "4242"}
AVAILABLE_AFTER_SECONDS = 2 * clock.DAY


def retrieve_intent(call: Call) -> Json:
    return _retrieve(call, "payment_intent", "intent")


def retrieve_charge(call: Call) -> Json:
    return _retrieve(call, "charge", "id")


def _retrieve(call: Call, kind: str, param: str) -> Json:
    found = call.store.find(kind, call.path["id"], account=call.account)
    if found is None:
        raise no_such(kind, call.path["id"], param=param, in_url=True)
    return found


def succeed(moment: Moment, session: Json, intent_data: Json) -> str:
    """A card payment of the session's total; returns the payment intent's id.

    The fee leaves with the charge, and the net becomes available after two days.
    """
    intent_id = new_id("pi")
    amount, in_currency = session["amount_total"], session["currency"]
    charge = _charge(moment, session, intent_data, intent_id)
    charge["balance_transaction"] = money.move(
        moment,
        account=PLATFORM,
        kind="charge",
        source=charge["id"],
        in_currency=in_currency,
        amount=amount,
        fee=money.card_fee(amount),
        available_on=moment.now + AVAILABLE_AFTER_SECONDS,
        announced=False,
    )
    intent = _intent(moment, session, intent_data, charge)
    moment.store.add("charge", charge, account=PLATFORM)
    moment.store.add("payment_intent", intent, account=PLATFORM)
    events.snapshot(moment, "charge.succeeded", charge)
    events.snapshot(moment, "payment_intent.succeeded", intent)
    return intent_id


def _intent(moment: Moment, session: Json, intent_data: Json, charge: Json) -> Json:
    identifier = charge["payment_intent"]
    return {
        "id": identifier,
        "object": "payment_intent",
        "amount": charge["amount"],
        "amount_capturable": 0,
        "amount_received": charge["amount"],
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{identifier}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": moment.now,
        "currency": charge["currency"],
        "customer": session["customer"],
        "description": intent_data.get("description"),
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "livemode": False,
        "metadata": intent_data.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": charge["payment_method"],
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": intent_data.get("transfer_group"),
    }


def _charge(moment: Moment, session: Json, intent_data: Json, intent_id: str) -> Json:
    return {
        **blank_charge(moment, new_id("ch"), session["amount_total"], session["currency"]),
        "calculated_statement_descriptor": "SIMULATION",
        "customer": session["customer"],
        "description": intent_data.get("description"),
        "metadata": intent_data.get("metadata", {}),
        "outcome": {"network_status": "approved_by_network", "type": "authorized"},
        "payment_intent": intent_id,
        "payment_method": new_id("pm"),
        "payment_method_details": {"card": CARD, "type": "card"},
        "transfer_group": intent_data.get("transfer_group"),
    }


def blank_charge(moment: Moment, identifier: str, amount: int, in_currency: str) -> Json:
    """A successful charge of nobody in particular."""
    return {
        "id": identifier,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {
            "address": None,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": None,
        "captured": True,
        "created": moment.now,
        "currency": in_currency,
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": None,
        "paid": True,
        "payment_intent": None,
        "payment_method": None,
        "payment_method_details": None,
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }
