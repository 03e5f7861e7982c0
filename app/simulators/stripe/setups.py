"""Setup intents: a means of payment is saved for later, with the payer's consent."""

import secrets

from app.simulators.stripe import events, payment_methods
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import PLATFORM, new_id


def new(moment: Moment, *, customer: str | None, usage: str, data: Json) -> Json:
    """One that waits for somebody to name a card or an account."""
    identifier = new_id("seti")
    setup: Json = {
        "id": identifier,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": {"enabled": True},
        "cancellation_reason": None,
        "client_secret": f"{identifier}_secret_{secrets.token_hex(12)}",
        "created": moment.now,
        "customer": customer,
        "description": data.get("description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": data.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_types": list(payment_methods.KINDS),
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": usage,
    }
    moment.store.add("setup_intent", setup, account=PLATFORM)
    events.snapshot(moment, "setup_intent.created", setup)
    return setup


def create(call: Call) -> Json:
    customer = call.params.get("customer")
    if customer and call.store.find("customer", customer, account=call.account) is None:
        raise no_such("customer", customer, param="customer")
    usage = call.params.get("usage", "off_session")
    return new(call.moment, customer=customer, usage=usage, data=call.params)


def complete(moment: Moment, setup: Json, *, kind: str, bank: str) -> Json:
    """Somebody has named a means of payment and agreed."""
    method = payment_methods.add(moment, kind, customer=setup["customer"], bank=bank)
    setup |= {
        "mandate": payment_methods.mandate(moment, method),
        "payment_method": method["id"],
        "status": "succeeded",
    }
    moment.store.save(setup)
    events.snapshot(moment, "setup_intent.succeeded", setup)
    return setup


def refuse(moment: Moment, setup: Json) -> Json:
    """The bank does not let it be saved; whoever is at the page may try another."""
    setup["last_setup_error"] = {
        "code": "setup_intent_authentication_failure",
        "message": "We are unable to authenticate your payment method.",
        "type": "invalid_request_error",
    }
    moment.store.save(setup)
    events.snapshot(moment, "setup_intent.setup_failed", setup)
    return setup


def cancel(call: Call) -> Json:
    setup = _load(call)
    if setup["status"] in ("succeeded", "canceled"):
        raise Refused(
            f"You cannot cancel this SetupIntent because it has a status of {setup['status']}.",
            code="setup_intent_unexpected_state",
        )
    return give_up(call.moment, setup)


def give_up(moment: Moment, setup: Json) -> Json:
    setup |= {"status": "canceled", "cancellation_reason": "abandoned"}
    moment.store.save(setup)
    events.snapshot(moment, "setup_intent.canceled", setup)
    return setup


def load(moment: Moment, identifier: str) -> Json | None:
    return moment.store.find("setup_intent", identifier, account=PLATFORM)


def retrieve(call: Call) -> Json:
    return _load(call)


def _load(call: Call) -> Json:
    found = call.store.find("setup_intent", call.path["id"], account=call.account)
    if found is None:
        raise no_such("setupintent", call.path["id"], param="intent", in_url=True)
    return found
