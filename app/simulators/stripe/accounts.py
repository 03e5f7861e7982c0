"""Connected accounts (API v2, recipient configuration) and their onboarding links."""

import copy
import secrets
from typing import Any

from app.simulators.stripe import clock, events
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import PLATFORM, Store, new_id

TRANSFERS = "stripe_transfers"
PAYOUTS = "payouts"
CAPABILITIES = (TRANSFERS, PAYOUTS)
INCLUDABLE = {
    "configuration.customer",
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
}
LINK_LIFE_SECONDS = 600
STATUS_CHANGED = "v2.core.account[configuration.recipient].capability_status_updated"
REQUIREMENTS_CHANGED = "v2.core.account[requirements].updated"


def onboarded(moment: Moment) -> str:
    """A recipient in the US who may be paid, made without a call; the account's id."""
    said: Json = {
        "dashboard": "express",
        "identity": {"country": "US", "entity_type": "individual"},
        "configuration": {
            "recipient": {"capabilities": {"stripe_balance": {TRANSFERS: {"requested": True}}}}
        },
    }
    made = create(Call(moment, said, {}, PLATFORM, ""))
    account = load(moment.store, made["id"])
    assert account is not None
    onboard(moment, account, in_currency=None, delay_seconds=0)
    return str(account["id"])


def create(call: Call) -> Json:
    """A recipient account; what it may do waits for onboarding."""
    params = call.params
    balance = _requested(params)
    if balance and "country" not in params.get("identity", {}):
        raise Refused(
            "identity.country is required to request capabilities.",
            code="parameter_missing",
            param="identity.country",
        )
    account: Json = {
        "id": new_id("acct"),
        "object": "v2.core.account",
        "applied_configurations": ["recipient"] if "configuration" in params else [],
        "closed": False,
        "configuration": {
            "customer": None,
            "merchant": None,
            "recipient": _recipient(balance) if "configuration" in params else None,
        },
        "contact_email": params.get("contact_email"),
        "contact_phone": params.get("contact_phone"),
        "created": clock.as_text(call.now),
        "dashboard": params.get("dashboard"),
        "defaults": _defaults(params.get("defaults", {})),
        "display_name": params.get("display_name"),
        "future_requirements": {"entries": [], "summary": {"minimum_deadline": None}},
        "identity": params.get("identity", {}),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "requirements": _due() if balance else _nothing_due(),
    }
    call.store.add("account", account, account=PLATFORM)
    return shown(account, params.get("include", []))


def retrieve(call: Call) -> Json:
    """An account may be read by the platform or in its own context."""
    identifier = call.path["id"]
    own = call.account in (PLATFORM, identifier)
    account = call.store.find("account", identifier, account=PLATFORM) if own else None
    if account is None:
        raise no_such("account", identifier, param="id", in_url=True)
    return shown(account, call.params.get("include", []))


def create_link(call: Call) -> Json:
    """A single-use link to the simulator's own onboarding page."""
    use_case = call.params["use_case"]
    identifier = call.params["account"]
    if use_case["type"] != "account_onboarding" or "account_onboarding" not in use_case:
        raise Refused("Only use_case.type account_onboarding is simulated.", param="use_case")
    if call.store.find("account", identifier, account=PLATFORM) is None:
        raise no_such("account", identifier, param="account")
    token = secrets.token_urlsafe(24)
    expires_at = call.now + LINK_LIFE_SECONDS
    kept = {
        "id": token,
        "created": call.now,
        "account": identifier,
        "expires_at": expires_at,
        "used": False,
        **use_case["account_onboarding"],
    }
    call.store.add("account_link", kept, account=PLATFORM)
    return {
        "object": "v2.core.account_link",
        "account": identifier,
        "created": clock.as_text(call.now),
        "expires_at": clock.as_text(expires_at),
        "livemode": False,
        "url": f"{call.base_url}/_sim/onboarding/{token}",
        "use_case": use_case,
    }


def shown(account: Json, include: list[str]) -> Json:
    """The fields of API v2: null unless named in `include`."""
    body = copy.deepcopy(account)
    configuration = body["configuration"]
    named = [name for name in ("customer", "merchant", "recipient") if _wants(include, name)]
    body["configuration"] = {name: configuration[name] for name in named} or None
    for field in ("defaults", "future_requirements", "identity", "requirements"):
        if field not in include:
            body[field] = None
    body.pop("sim", None)
    return body


def _wants(include: list[str], name: str) -> bool:
    return f"configuration.{name}" in include


def load(store: Store, identifier: str) -> Json | None:
    return store.find("account", identifier, account=PLATFORM)


def allows(account: Json, capability: str) -> bool:
    recipient = account["configuration"]["recipient"]
    if recipient is None:
        return False
    balance = recipient["capabilities"]["stripe_balance"] or {}
    state = balance.get(capability)
    return state is not None and state["status"] == "active"


def onboard(moment: Moment, account: Json, *, in_currency: str | None, delay_seconds: int) -> Json:
    """The person has filled in everything and named a bank account.

    Without `in_currency` the bank takes any; `delay_seconds` is how long later transfers stay
    pending in this account.
    """
    account["requirements"] = _nothing_due()
    account["sim"] = {
        "external_account": {"id": new_id("ba"), "currency": in_currency},
        "transfer_delay_seconds": delay_seconds,
    }
    events.thin(moment, REQUIREMENTS_CHANGED, account["id"])
    for capability in CAPABILITIES:
        _set(moment, account, capability, {"status": "active", "status_details": []})
    moment.store.save(account)
    return account


def restrict(moment: Moment, account: Json, *, capabilities: list[str], code: str) -> Json:
    """Stripe wants something more, and the capabilities are gone until it has it."""
    account["requirements"] = _due(status="past_due")
    events.thin(moment, REQUIREMENTS_CHANGED, account["id"])
    for capability in capabilities:
        _set(moment, account, capability, _restricted(code))
    moment.store.save(account)
    return account


def _set(moment: Moment, account: Json, capability: str, state: Json) -> None:
    recipient = account["configuration"]["recipient"]
    balance = (recipient or {}).get("capabilities", {}).get("stripe_balance") or {}
    if capability not in balance or balance[capability] == state:
        return
    balance[capability] = state
    changed = {"updated_capability": f"stripe_balance.{capability}"}
    events.thin(moment, STATUS_CHANGED, account["id"], changed)


def _requested(params: Json) -> bool:
    node: Any = params.get("configuration", {}).get("recipient", {}).get("capabilities", {})
    wanted = node.get("stripe_balance", {}).get(TRANSFERS, {})
    return bool(wanted.get("requested", False))


def _defaults(given: Json) -> Json:
    """As given; Stripe itself collects what is required, on its own pages."""
    if "responsibilities" not in given:
        return given
    responsibilities = {**given["responsibilities"], "requirements_collector": "stripe"}
    return {**given, "responsibilities": responsibilities}


def _recipient(requested: bool) -> Json:
    balance = None
    if requested:
        balance = {name: _restricted("requirements_past_due") for name in CAPABILITIES}
    capabilities = {"bank_accounts": None, "cards": None, "stripe_balance": balance}
    return {"applied": True, "capabilities": capabilities}


def _restricted(code: str) -> Json:
    return {
        "status": "restricted",
        "status_details": [{"code": code, "resolution": "provide_info"}],
    }


def _nothing_due() -> Json:
    return {"alternatives": [], "entries": [], "summary": {"minimum_deadline": None}}


def _due(status: str = "currently_due") -> Json:
    deadline = {"status": status, "time": None}
    entry = {
        "awaiting_action_from": "user",
        "description": "identity and bank account",
        "errors": [],
        "impact": {
            "restricts_capabilities": [
                {
                    "capability": f"stripe_balance.{name}",
                    "configuration": "recipient",
                    "deadline": {"status": status},
                }
                for name in CAPABILITIES
            ]
        },
        "minimum_deadline": {"status": status},
        "reference": None,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }
    return {"alternatives": [], "entries": [entry], "summary": {"minimum_deadline": deadline}}
