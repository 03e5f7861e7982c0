"""Payment intents: made, confirmed, canceled – and what the payer's bank makes of them."""

import secrets

from app.simulators.stripe import events, listing, money, payment_methods, payments
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import Declined, Refused, no_such
from app.simulators.stripe.store import PLATFORM, new_id

CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def new(moment: Moment, amount: int, in_currency: str, *, customer: str | None, data: Json) -> Json:
    """An intent that nobody has confirmed yet."""
    identifier = new_id("pi")
    intent: Json = {
        "id": identifier,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{identifier}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": moment.now,
        "currency": in_currency,
        "customer": customer,
        "description": data.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_types": list(payment_methods.KINDS),
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": data.get("transfer_group"),
    }
    moment.store.add("payment_intent", intent, account=PLATFORM)
    return intent


def create(call: Call) -> Json:
    """Also charged at once with `confirm`, of a saved means of payment."""
    params = call.params
    amount = money.positive(params["amount"])
    in_currency = money.currency(params["currency"])
    customer = params.get("customer")
    if customer and call.store.find("customer", customer, account=call.account) is None:
        raise no_such("customer", customer, param="customer")
    if "off_session" in params and not params.get("confirm"):
        raise Refused("`off_session` can only be used with `confirm` set to true.", param="confirm")
    intent = new(call.moment, amount, in_currency, customer=customer, data=params)
    events.snapshot(call.moment, "payment_intent.created", intent)
    if "payment_method" in params:
        intent |= {
            "payment_method": _method(call, intent)["id"],
            "status": "requires_confirmation",
        }
        call.store.save(intent)
    return _confirm(call, intent) if params.get("confirm") else intent


def _method(call: Call, intent: Json) -> Json:
    """The means of payment that the call or the intent names; it must be the customer's."""
    identifier = call.params.get("payment_method", intent["payment_method"])
    if identifier is None:
        raise Refused(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = payment_methods.load(call.moment, identifier)
    if method is None:
        raise no_such("PaymentMethod", identifier, param="payment_method")
    if method["customer"] is None or method["customer"] != intent["customer"]:
        raise Refused(
            "The provided PaymentMethod cannot be used: it is not attached to the customer of "
            "this PaymentIntent.",
            param="payment_method",
        )
    return method


def confirm(call: Call) -> Json:
    intent = _load(call)
    if intent["status"] not in CANCELABLE:
        raise _unexpected(intent, "confirm")
    return _confirm(call, intent)


def _confirm(call: Call, intent: Json) -> Json:
    method = _method(call, intent)
    return charge(call.moment, intent, method)


def charge(moment: Moment, intent: Json, method: Json) -> Json:
    """What its bank says. Raises Declined, which leaves the failed intent behind."""
    if method["type"] == payment_methods.SEPA:
        return _take_to_the_bank(moment, intent, method)
    problem = payment_methods.BANKS[method["sim"]["bank"]]
    if problem is None:
        payments.pay(moment, intent, method)
        return intent
    error = _fail(moment, intent, method, problem)
    raise Declined(error)


def _take_to_the_bank(moment: Moment, intent: Json, method: Json) -> Json:
    """A debit is under way for days; only then does anybody know."""
    pending = payments.charge_of(moment, intent, method)
    pending |= {"captured": True, "paid": False, "status": "pending"}
    moment.store.add("charge", pending, account=PLATFORM)
    intent |= {
        "latest_charge": pending["id"],
        "payment_method": method["id"],
        "status": "processing",
    }
    moment.store.save(intent, due_at=moment.now + payment_methods.DEBIT_TAKES_SECONDS)
    events.snapshot(moment, "charge.pending", pending)
    events.snapshot(moment, "payment_intent.processing", intent)
    return intent


def proceed(moment: Moment, intent: Json) -> Json:
    """The debit that was under way is paid, or comes back."""
    method = payment_methods.load(moment, intent["payment_method"])
    assert method is not None
    problem = payment_methods.BANKS[method["sim"]["bank"]]
    if problem is None:
        payments.pay(moment, intent, method)
        return intent
    failed = moment.store.find("charge", intent["latest_charge"], account=PLATFORM)
    assert failed is not None
    failed |= {"status": "failed", "failure_code": problem[1], "failure_message": problem[2]}
    moment.store.save(failed)
    events.snapshot(moment, "charge.failed", failed)
    _fail(moment, intent, method, problem)
    return intent


def _fail(moment: Moment, intent: Json, method: Json, problem: tuple[str, str, str]) -> Json:
    code, decline_code, message = problem
    error = {
        "code": code,
        "decline_code": decline_code,
        "doc_url": f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}",
        "message": message,
        "payment_method": payment_methods.shown(method),
        "type": "card_error",
    }
    intent |= {
        "last_payment_error": error,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    moment.store.save(intent)
    events.snapshot(moment, "payment_intent.payment_failed", intent)
    return {**error, "payment_intent": {**intent}}


def cancel(call: Call) -> Json:
    intent = _load(call)
    if intent["status"] not in CANCELABLE:
        raise _unexpected(intent, "cancel")
    intent |= {
        "canceled_at": call.now,
        "cancellation_reason": call.params.get("cancellation_reason"),
        "status": "canceled",
    }
    call.store.save(intent)
    events.snapshot(call.moment, "payment_intent.canceled", intent)
    return intent


def _unexpected(intent: Json, verb: str) -> Refused:
    return Refused(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )


def retrieve(call: Call) -> Json:
    return _load(call)


def _load(call: Call) -> Json:
    found = call.store.find("payment_intent", call.path["id"], account=call.account)
    if found is None:
        raise no_such("payment_intent", call.path["id"], param="intent", in_url=True)
    return found


def list_all(call: Call) -> Json:
    wanted, values = ["kind = 'payment_intent'"], []
    if "customer" in call.params:
        wanted.append("json_extract(body, '$.customer') = ?")
        values.append(call.params["customer"])
    return listing.page(
        call, listing.objects("/v1/payment_intents", "payment_intent"), wanted, values
    )
