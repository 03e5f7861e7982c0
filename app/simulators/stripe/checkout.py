"""Hosted Checkout in payment and setup mode: open, paid, saved or expired."""

import json
from typing import Any

from app.simulators.stripe import clock, events, intents, listing, money, payment_methods, setups
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import PLATFORM, new_id

SHORTEST_LIFE_SECONDS = 1800
LONGEST_LIFE_SECONDS = clock.DAY
# Stripe's least charge per currency, for the few currencies whose figure is published plainly.
LEAST = {"usd": 50, "eur": 50, "gbp": 30}


def create(call: Call) -> Json:
    """An open session whose total is the sum of its lines; one in setup mode has none."""
    params = call.params
    _check_mode(params)
    _check_customer(call)
    identifier = new_id("cs_test")
    lines, added = _saving(call) if params["mode"] == "setup" else _paying(call)
    session = {
        **_blank(call, identifier),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "customer": params.get("customer"),
        "customer_email": params.get("customer_email"),
        "expires_at": _expiry(call),
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": params["mode"],
        "success_url": params["success_url"],
        "url": f"{call.base_url}/_sim/checkout/{identifier}",
        **added,
    }
    kept = {**session, "sim": {"intent": params.get("payment_intent_data", {}), "lines": lines}}
    call.store.add("session", kept, account=call.account, due_at=session["expires_at"])
    return session


def _paying(call: Call) -> tuple[list[Json], Json]:
    lines, in_currency = _lines(call.params.get("line_items", []))
    total = sum(line["amount_total"] for line in lines)
    if total < LEAST.get(in_currency, 1):
        raise Refused(
            "The Checkout Session's total amount due is too small.", code="amount_too_small"
        )
    money.positive(total, param="line_items")
    return lines, {"amount_subtotal": total, "amount_total": total, "currency": in_currency}


def _saving(call: Call) -> tuple[list[Json], Json]:
    """Nothing is paid: a means of payment is saved for the customer."""
    params = call.params
    if "line_items" in params or "payment_intent_data" in params:
        raise Refused("`line_items` cannot be used in `setup` mode.", param="line_items")
    if "currency" not in params:
        raise Refused(
            "Missing required param: currency.", code="parameter_missing", param="currency"
        )
    setup = setups.new(
        call.moment,
        customer=params.get("customer"),
        usage="off_session",
        data=params.get("setup_intent_data", {}),
    )
    return [], {
        "amount_subtotal": None,
        "amount_total": None,
        "currency": money.currency(params["currency"]),
        "payment_status": "no_payment_required",
        "setup_intent": setup["id"],
    }


def _check_mode(params: Json) -> None:
    if params.get("mode") not in ("payment", "setup"):
        raise Refused("Only mode=payment and mode=setup are simulated.", param="mode")
    if params["mode"] == "payment" and ("currency" in params or "setup_intent_data" in params):
        raise Refused("Only mode=setup takes this parameter here.", param="currency")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refused("Only ui_mode=hosted_page is simulated.", param="ui_mode")
    if "success_url" not in params:
        raise Refused(
            "Missing required param: success_url.", code="parameter_missing", param="success_url"
        )
    if "customer" in params and "customer_email" in params:
        raise Refused(
            "You may only specify one of these parameters: customer, customer_email.",
            param="customer",
        )


def _check_customer(call: Call) -> None:
    customer = call.params.get("customer")
    if customer and call.store.find("customer", customer, account=call.account) is None:
        raise no_such("customer", customer, param="customer")


def _lines(raw: list[Json]) -> tuple[list[Json], str]:
    """The lines with their amounts, and the one currency that they share."""
    if not raw:
        raise Refused(
            "Missing required param: line_items.", code="parameter_missing", param="line_items"
        )
    lines = [_line(line, f"line_items[{place}]") for place, line in enumerate(raw)]
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise Refused("All line items must have the same currency.", param="line_items")
    return lines, lines[0]["currency"]


def _line(line: Json, where: str) -> Json:
    price = line.get("price_data")
    if price is None:
        raise Refused(
            "Only line_items with price_data are simulated.", param=f"{where}[price_data]"
        )
    if "unit_amount" not in price or "product_data" not in price:
        missing = "unit_amount" if "unit_amount" not in price else "product_data"
        inner = f"{where}[price_data][{missing}]"
        raise Refused(f"Missing required param: {inner}.", code="parameter_missing", param=inner)
    quantity = money.positive(line.get("quantity", 1), param=f"{where}[quantity]")
    unit = price["unit_amount"]
    if unit < 0:
        raise Refused(
            "This value must be greater than or equal to 0.",
            code="parameter_invalid_integer",
            param=f"{where}[price_data][unit_amount]",
        )
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": money.currency(price["currency"]),
        "description": price["product_data"]["name"],
        "quantity": quantity,
    }


def _expiry(call: Call) -> int:
    chosen = int(call.params.get("expires_at", call.now + LONGEST_LIFE_SECONDS))
    # A minute of grace on both sides: client and simulator do not share a clock exactly.
    if not SHORTEST_LIFE_SECONDS - 60 <= chosen - call.now <= LONGEST_LIFE_SECONDS + 60:
        raise Refused(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from creation.",
            param="expires_at",
        )
    return chosen


def _blank(call: Call, identifier: str) -> Json:
    return {
        "id": identifier,
        "object": "checkout.session",
        "allow_promotion_codes": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "client_secret": None,
        "consent": None,
        "consent_collection": None,
        "created": call.now,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer_creation": "if_required",
        "customer_details": None,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "setup_intent": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def shown(session: Json) -> Json:
    return {name: value for name, value in session.items() if name != "sim"}


def retrieve(call: Call) -> Json:
    session = _load(call)
    answer = shown(session)
    if "line_items" in call.params.get("expand", []):
        call.params["expand"].remove("line_items")
        answer["line_items"] = {
            "object": "list",
            "data": session["sim"]["lines"],
            "has_more": False,
            "url": f"/v1/checkout/sessions/{session['id']}/line_items",
        }
    return answer


def list_all(call: Call) -> Json:
    wanted, values = ["kind = 'session'"], list[Any]()
    for name in ("payment_intent", "customer", "status"):
        if name in call.params:
            wanted.append(f"json_extract(body, '$.{name}') = ?")
            values.append(call.params[name])
    source = listing.Source(
        "objects", "/v1/checkout/sessions", "checkout.session", lambda r: shown(listing.body_of(r))
    )
    return listing.page(call, source, wanted, values)


def expire_by_call(call: Call) -> Json:
    session = _load(call)
    if session["status"] != "open":
        raise Refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
    return shown(expire(call.moment, session))


def _load(call: Call) -> Json:
    found = call.store.find("session", call.path["id"], account=call.account)
    if found is None:
        raise no_such("checkout.session", call.path["id"], param="session", in_url=True)
    return found


def expire(moment: Moment, session: Json) -> Json:
    session |= {"status": "expired", "url": None}
    moment.store.save(session)
    if session["setup_intent"] is not None:
        setup = setups.load(moment, session["setup_intent"])
        assert setup is not None
        setups.give_up(moment, setup)
    events.snapshot(moment, "checkout.session.expired", shown(session))
    return session


def pay(
    moment: Moment, session: Json, *, kind: str = payment_methods.CARD, bank: str = "pays"
) -> Json:
    """What the person at the hosted page does; the session must be open and for a payment."""
    method = payment_methods.add(moment, kind, customer=None, bank=bank)
    intent = intents.new(
        moment,
        session["amount_total"],
        session["currency"],
        customer=session["customer"],
        data=session["sim"]["intent"],
    )
    intents.charge(moment, intent, method)
    is_paid = intent["status"] == "succeeded"
    session |= {
        "payment_intent": intent["id"],
        "payment_status": "paid" if is_paid else "unpaid",
    }
    return _complete(moment, session)


def save(moment: Moment, session: Json, *, kind: str, bank: str) -> Json:
    """What the person at a page in setup mode does: the means of payment is the customer's."""
    setup = setups.load(moment, session["setup_intent"])
    assert setup is not None
    setups.complete(moment, setup, kind=kind, bank=bank)
    return _complete(moment, session)


def _complete(moment: Moment, session: Json) -> Json:
    session |= {
        "customer_details": {
            "address": None,
            "email": session["customer_email"],
            "name": None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
        "status": "complete",
        "url": None,
    }
    moment.store.save(session)
    events.snapshot(moment, "checkout.session.completed", shown(session))
    return session


def follow(moment: Moment, intent: Json) -> None:
    """The debit behind a completed page was paid, or came back."""
    row = moment.store.row(
        "SELECT body FROM objects WHERE kind = 'session'"
        " AND json_extract(body, '$.payment_intent') = ?",
        (intent["id"],),
    )
    if row is None:
        return
    session: Json = json.loads(row["body"])
    is_paid = intent["status"] == "succeeded"
    session["payment_status"] = "paid" if is_paid else "unpaid"
    moment.store.save(session)
    word = "succeeded" if is_paid else "failed"
    events.snapshot(moment, f"checkout.session.async_payment_{word}", shown(session))


def load(moment: Moment, identifier: str) -> Json | None:
    return moment.store.find("session", identifier, account=PLATFORM)
