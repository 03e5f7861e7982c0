"""`expand[]`: an id in an answer is replaced by the object that it names."""

from typing import Any

from app.simulators.stripe import money
from app.simulators.stripe.moments import Call, Json
from app.simulators.stripe.refusals import Refused

# Field → kind of object. Only references between objects that the simulator keeps.
REFERENCES = {
    "latest_charge": "charge",
    "balance_transaction": "balance_transaction",
    "failure_balance_transaction": "balance_transaction",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "setup_intent": "setup_intent",
    "mandate": "mandate",
    "customer": "customer",
    "destination_payment": "charge",
    "source_transaction": "charge",
    "source_transfer": "transfer",
}
# Fields that an object has only once something has happened to it.
SOMETIMES = {"refund": ("failure_balance_transaction",)}
# A balance transaction's `source` may be any of these; its id tells which.
SOURCES = {
    "ch": "charge",
    "py": "charge",
    "tr": "transfer",
    "po": "payout",
    "tu": "topup",
    "re": "refund",
    "dp": "dispute",
}


def expand(call: Call, answer: Json) -> Json:
    """The answer with every path of `expand` filled in, in place."""
    for path in call.params.get("expand", []):
        _follow(call, answer, path.split("."), path)
    return answer


def _follow(call: Call, value: Any, steps: list[str], path: str) -> None:
    if isinstance(value, list):
        for item in value:
            _follow(call, item, steps, path)
        return
    if not steps or value is None:
        return
    head = steps[0]
    if isinstance(value, dict) and head not in value and head in SOMETIMES.get(value["object"], ()):
        return
    if not isinstance(value, dict) or head not in value:
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(value[head], str):
        value[head] = _object(call, head, value[head], path)
    elif value[head] is not None and not isinstance(value[head], dict | list):
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    _follow(call, value[head], steps[1:], path)


def _object(call: Call, name: str, identifier: str, path: str) -> Json:
    kind = SOURCES.get(identifier.split("_", 1)[0]) if name == "source" else REFERENCES.get(name)
    if kind is None:
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    if kind == "balance_transaction":
        found = money.find(call.store, identifier, account=call.account, now=call.now)
    else:
        owner = call.store.owner(kind, identifier) or call.account
        found = call.store.find(kind, identifier, account=owner)
        if found is not None:
            found.pop("sim", None)
    if found is None:
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    return found
