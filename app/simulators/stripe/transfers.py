"""Transfers from the platform to connected accounts: minus here, plus there, in one transaction."""

from typing import Any

from app.simulators.stripe import accounts, events, listing, money, payments
from app.simulators.stripe.moments import Call, Json
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import PLATFORM, new_id


def create(call: Call) -> Json:
    """Refused if the destination may not receive or the platform has not enough available.

    With `source_transaction` the money may still be pending; both sides then wait for the charge.
    """
    params = call.params
    if call.account != PLATFORM:
        raise Refused("Only the platform's own transfers are simulated.")
    in_currency = money.currency(params["currency"])
    destination = accounts.load(call.store, params["destination"])
    if destination is None:
        raise no_such("destination", params["destination"], param="destination")
    if not accounts.allows(destination, accounts.TRANSFERS):
        raise Refused(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    charge = _charge(call, in_currency)
    amount = _amount(call, charge)
    usable_on = call.now
    if charge is not None:
        usable_on = max(usable_on, money.available_on(call.store, charge["balance_transaction"]))
    elif money.available(call.moment, PLATFORM, in_currency) < amount:
        raise money.insufficient("transfer")
    return _write(call, destination, amount, (charge or {}).get("id"), usable_on)


def _amount(call: Call, charge: Json | None) -> int:
    if "amount" in call.params:
        amount = money.positive(call.params["amount"])
    elif charge is not None:
        amount = int(charge["amount"])
    else:
        raise Refused("Missing required param: amount.", code="parameter_missing", param="amount")
    if charge is not None:
        used = call.store.row(
            "SELECT COALESCE(SUM(json_extract(body, '$.amount')), 0) AS used FROM objects"
            " WHERE kind = 'transfer' AND json_extract(body, '$.source_transaction') = ?",
            (charge["id"],),
        )
        if used is None or used["used"] + amount > charge["amount"]:
            raise money.insufficient("transfer")
    return amount


def _charge(call: Call, in_currency: str) -> Json | None:
    identifier = call.params.get("source_transaction")
    if identifier is None:
        return None
    charge = call.store.find("charge", identifier, account=PLATFORM)
    if charge is None:
        raise no_such("charge", identifier, param="source_transaction")
    if charge["currency"] != in_currency:
        raise Refused("The currency must be that of the source_transaction.", param="currency")
    return charge


def _write(
    call: Call, destination: Json, amount: int, charge_id: str | None, usable_on: int
) -> Json:
    params, moment = call.params, call.moment
    identifier, payment_id = new_id("tr"), new_id("py")
    in_currency = money.currency(params["currency"])
    arrives_on = usable_on + destination["sim"]["transfer_delay_seconds"]
    transfer: Json = {
        "id": identifier,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": money.move(
            moment,
            account=PLATFORM,
            kind="transfer",
            source=identifier,
            in_currency=in_currency,
            amount=-amount,
            available_on=usable_on,
        ),
        "created": call.now,
        "currency": in_currency,
        "description": params.get("description"),
        "destination": destination["id"],
        "destination_payment": payment_id,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "reversals": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/transfers/{identifier}/reversals",
        },
        "reversed": False,
        "source_transaction": charge_id,
        "source_type": "card",
        "transfer_group": params.get("transfer_group"),
    }
    payment: Json = {
        **payments.blank_charge(moment, payment_id, amount, in_currency),
        "balance_transaction": money.move(
            moment,
            account=destination["id"],
            kind="payment",
            source=payment_id,
            in_currency=in_currency,
            amount=amount,
            available_on=arrives_on,
            announced=arrives_on <= call.now,
        ),
        "source_transfer": identifier,
        "transfer_group": params.get("transfer_group"),
    }
    call.store.add("transfer", transfer, account=PLATFORM)
    call.store.add("charge", payment, account=destination["id"])
    events.snapshot(moment, "transfer.created", transfer)
    return transfer


def retrieve(call: Call) -> Json:
    found = call.store.find("transfer", call.path["id"], account=call.account)
    if found is None:
        raise no_such("transfer", call.path["id"], param="id", in_url=True)
    return found


def list_all(call: Call) -> Json:
    wanted, values = ["kind = 'transfer'"], list[Any]()
    for name in ("transfer_group", "destination"):
        if name in call.params:
            wanted.append(f"json_extract(body, '$.{name}') = ?")
            values.append(call.params[name])
    return listing.page(call, listing.objects("/v1/transfers", "transfer"), wanted, values)
