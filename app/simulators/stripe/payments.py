"""Charges: money that came in for an intent, whoever confirmed it."""

from app.simulators.stripe import clock, events, money, payment_methods
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import no_such
from app.simulators.stripe.store import PLATFORM, new_id

AVAILABLE_AFTER_SECONDS = 2 * clock.DAY
DEBIT_FEE = 35


def retrieve_charge(call: Call) -> Json:
    found = call.store.find("charge", call.path["id"], account=call.account)
    if found is None:
        raise no_such("charge", call.path["id"], param="id", in_url=True)
    return found


def pay(moment: Moment, intent: Json, method: Json) -> None:
    """Money comes in for an intent: at once from a card, days later from a debited account.

    The fee leaves with the charge, and the net becomes available after two days.
    """
    charge = moment.store.find("charge", intent["latest_charge"] or "", account=PLATFORM)
    known = charge is not None
    charge = charge or charge_of(moment, intent, method)
    by_card = method["type"] == payment_methods.CARD
    charge |= {
        "balance_transaction": money.move(
            moment,
            account=PLATFORM,
            kind="charge" if by_card else "payment",
            source=charge["id"],
            in_currency=intent["currency"],
            amount=intent["amount"],
            fee=money.card_fee(intent["amount"]) if by_card else DEBIT_FEE,
            available_on=moment.now + AVAILABLE_AFTER_SECONDS,
            announced=False,
        ),
        "outcome": {"network_status": "approved_by_network", "type": "authorized"},
        "paid": True,
        "status": "succeeded",
    }
    if known:
        moment.store.save(charge)
    else:
        moment.store.add("charge", charge, account=PLATFORM)
    intent |= {
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "payment_method": method["id"],
        "status": "succeeded",
    }
    moment.store.save(intent)
    events.snapshot(moment, "charge.succeeded", charge)
    events.snapshot(moment, "payment_intent.succeeded", intent)


def charge_of(moment: Moment, intent: Json, method: Json) -> Json:
    """A charge of an intent, not yet written down."""
    prefix = "ch" if method["type"] == payment_methods.CARD else "py"
    return {
        **blank_charge(moment, new_id(prefix), intent["amount"], intent["currency"]),
        "calculated_statement_descriptor": "SIMULATION",
        "customer": intent["customer"],
        "description": intent["description"],
        "metadata": intent["metadata"],
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": payment_methods.details(method),
        "transfer_group": intent["transfer_group"],
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
