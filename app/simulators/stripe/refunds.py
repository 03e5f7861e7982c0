"""Refunds of the platform's charges: sent at once, and sometimes sent back by the payer's bank."""

from typing import Any

from app.simulators.stripe import events, listing, money
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import PLATFORM, new_id

FAILURES = ("lost_or_stolen_card", "expired_or_canceled_card", "declined", "unknown")


def create(call: Call) -> Json:
    """Of a charge that is not disputed, at most what is left of it, and never on credit."""
    charge = _charge(call)
    if charge["disputed"]:
        raise Refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise Refused(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = money.positive(call.params.get("amount", left))
    if amount > left:
        raise Refused(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    available_on = max(call.now, money.available_on(call.store, charge["balance_transaction"]))
    if available_on == call.now:
        held = money.available(call.moment, PLATFORM, charge["currency"])
        if held < amount:
            raise money.insufficient("refund")
    return _write(call, charge, amount, available_on)


def _charge(call: Call) -> Json:
    params = call.params
    named = [name for name in ("charge", "payment_intent") if name in params]
    if len(named) != 1:
        raise Refused("One of the following params should be provided: payment_intent, charge.")
    identifier = params[named[0]]
    if named[0] == "payment_intent":
        intent = call.store.find("payment_intent", identifier, account=PLATFORM)
        if intent is None:
            raise no_such("payment_intent", identifier, param="payment_intent")
        identifier = intent["latest_charge"]
    charge = call.store.find("charge", identifier, account=PLATFORM)
    if charge is None:
        raise no_such("charge", identifier, param="charge")
    return charge


def _write(call: Call, charge: Json, amount: int, available_on: int) -> Json:
    identifier = new_id("re")
    refund: Json = {
        "id": identifier,
        "object": "refund",
        "amount": amount,
        "balance_transaction": money.move(
            call.moment,
            account=PLATFORM,
            kind="refund",
            source=identifier,
            in_currency=charge["currency"],
            amount=-amount,
            available_on=available_on,
        ),
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "metadata": call.params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": call.params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    call.store.add("refund", refund, account=PLATFORM)
    _count(call.moment, charge, amount)
    events.snapshot(call.moment, "refund.created", refund)
    events.snapshot(call.moment, "charge.refunded", charge)
    return refund


def _count(moment: Moment, charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    moment.store.save(charge)


def retrieve(call: Call) -> Json:
    found = call.store.find("refund", call.path["id"], account=call.account)
    if found is None:
        raise no_such("refund", call.path["id"], param="id", in_url=True)
    return found


def list_all(call: Call) -> Json:
    wanted, values = ["kind = 'refund'"], list[Any]()
    for name in ("charge", "payment_intent"):
        if name in call.params:
            wanted.append(f"json_extract(body, '$.{name}') = ?")
            values.append(call.params[name])
    return listing.page(call, listing.objects("/v1/refunds", "refund"), wanted, values)


def fail(moment: Moment, refund: Json, reason: str) -> Json:
    """The payer's bank does not take it, days later: it is back in the balance."""
    refund |= {
        "status": "failed",
        "failure_reason": reason,
        "failure_balance_transaction": money.move(
            moment,
            account=PLATFORM,
            kind="refund_failure",
            source=refund["id"],
            in_currency=refund["currency"],
            amount=refund["amount"],
        ),
    }
    moment.store.save(refund)
    charge = moment.store.find("charge", refund["charge"], account=PLATFORM)
    assert charge is not None
    _count(moment, charge, -refund["amount"])
    events.snapshot(moment, "refund.updated", refund)
    events.snapshot(moment, "refund.failed", refund)
    return refund
