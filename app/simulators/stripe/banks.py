"""The bank account of a connected account: named at onboarding, changed by a person later."""

from app.simulators.stripe import accounts, events
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import no_such
from app.simulators.stripe.store import PLATFORM, new_id

CHANGED = "account.external_account.updated"


def list_all(call: Call) -> Json:
    """None before onboarding, then the one bank account."""
    identifier = call.path["id"]
    own = call.account in (PLATFORM, identifier)
    account = accounts.load(call.store, identifier) if own else None
    if account is None:
        raise no_such("account", identifier, param="account", in_url=True)
    named = account.get("sim", {}).get("external_account")
    return {
        "object": "list",
        "data": [] if named is None else [shown(account, named)],
        "has_more": False,
        "url": f"/v1/accounts/{identifier}/external_accounts",
    }


def change(moment: Moment, account: Json) -> Json:
    """Somebody who has the account's sign-in has named another bank account."""
    named = account["sim"]["external_account"]
    account["sim"]["external_account"] = {**named, "id": new_id("ba")}
    moment.store.save(account)
    bank = shown(account, account["sim"]["external_account"])
    events.snapshot(moment, CHANGED, bank, account=account["id"])
    return bank


def shown(account: Json, named: Json) -> Json:
    identifier = str(named["id"])
    return {
        "id": identifier,
        "object": "bank_account",
        "account": account["id"],
        "account_holder_name": None,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "SIMULATED BANK",
        "country": account["identity"].get("country", "US").upper(),
        "currency": named["currency"] or "usd",
        "default_for_currency": True,
        "fingerprint": f"sim{identifier[-12:]}",
        "last4": "6789",
        "metadata": {},
        "routing_number": None,
        "status": "new",
    }
