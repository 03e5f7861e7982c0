"""Customers: a name to put on a Checkout page."""

from app.simulators.stripe.moments import Call, Json
from app.simulators.stripe.refusals import no_such
from app.simulators.stripe.store import new_id


def create(call: Call) -> Json:
    params = call.params
    customer: Json = {
        "id": new_id("cus"),
        "object": "customer",
        "address": params.get("address"),
        "balance": 0,
        "created": call.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": params.get("description"),
        "email": params.get("email"),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
        "phone": params.get("phone"),
        "preferred_locales": params.get("preferred_locales", []),
        "shipping": None,
        "tax_exempt": "none",
    }
    call.store.add("customer", customer, account=call.account)
    return customer


def retrieve(call: Call) -> Json:
    found = call.store.find("customer", call.path["id"], account=call.account)
    if found is None:
        raise no_such("customer", call.path["id"], param="id", in_url=True)
    return found
