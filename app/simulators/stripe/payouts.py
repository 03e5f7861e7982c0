"""Payouts to a bank: pending, in transit after a day, paid after two, and failing even then."""

from typing import Any

from app.simulators.stripe import accounts, clock, events, listing, money
from app.simulators.stripe.moments import Call, Json, Moment
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import PLATFORM, new_id

SENT_AFTER_SECONDS = clock.DAY
ARRIVES_AFTER_SECONDS = 2 * clock.DAY
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "bank_account_restricted": "The bank account has restrictions on this type of payout.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debit transactions are not approved on this bank account.",
    "declined": "The bank has declined this transfer.",
    "incorrect_account_holder_name": "The account holder's name does not match.",
    "invalid_account_number": "The bank account number is wrong.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
    "no_account": "No bank account could be found.",
}


def create(call: Call) -> Json:
    """The amount leaves the balance at once; the bank follows by the clock."""
    params = call.params
    in_currency = money.currency(params["currency"])
    amount = money.positive(params["amount"])
    if params.get("method", "standard") != "standard":
        raise Refused("Only method=standard is simulated.", param="method")
    if len(params.get("statement_descriptor", "")) > 22:
        raise Refused(
            "The statement descriptor must be at most 22 characters.", param="statement_descriptor"
        )
    bank_account = _bank_account(call, in_currency)
    if money.available(call.moment, call.account, in_currency) < amount:
        raise money.insufficient("payout")
    identifier = new_id("po")
    payout: Json = {
        "id": identifier,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": call.now + ARRIVES_AFTER_SECONDS,
        "automatic": False,
        "balance_transaction": money.move(
            call.moment,
            account=call.account,
            kind="payout",
            source=identifier,
            in_currency=in_currency,
            amount=-amount,
        ),
        "created": call.now,
        "currency": in_currency,
        "description": params.get("description"),
        "destination": bank_account,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }
    due_at = call.now + SENT_AFTER_SECONDS
    call.store.add("payout", payout, account=call.account, due_at=due_at)
    events.snapshot(call.moment, "payout.created", payout, account=call.account)
    return payout


def _bank_account(call: Call, in_currency: str) -> str:
    if call.account == PLATFORM:
        return "ba_sim_platform"
    account = accounts.load(call.store, call.account)
    external = (account or {}).get("sim", {}).get("external_account")
    if account is None or external is None or external["currency"] not in (None, in_currency):
        raise Refused(
            "Sorry, you don't have any external accounts in that currency.", param="currency"
        )
    if not accounts.allows(account, accounts.PAYOUTS):
        raise Refused(
            "Payouts have been disabled on the connected account.", code="payouts_not_allowed"
        )
    return str(external["id"])


def retrieve(call: Call) -> Json:
    found = call.store.find("payout", call.path["id"], account=call.account)
    if found is None:
        raise no_such("payout", call.path["id"], param="id", in_url=True)
    return found


def list_all(call: Call) -> Json:
    wanted, values = ["kind = 'payout'"], list[Any]()
    if "status" in call.params:
        wanted.append("json_extract(body, '$.status') = ?")
        values.append(call.params["status"])
    if "arrival_date" in call.params:
        bounds = call.params["arrival_date"]
        for name, bound in (bounds if isinstance(bounds, dict) else {"": bounds}).items():
            comparison = listing.COMPARISONS.get(name, "=")
            wanted.append(f"json_extract(body, '$.arrival_date') {comparison} ?")
            values.append(bound)
    return listing.page(call, listing.objects("/v1/payouts", "payout"), wanted, values)


def cancel(call: Call) -> Json:
    payout = retrieve(call)
    if payout["status"] != "pending":
        raise Refused(
            f"Payouts can only be canceled while they are pending; this one is {payout['status']}."
        )
    _give_back(call.moment, payout, call.account, kind="payout_cancel", status="canceled")
    events.snapshot(call.moment, "payout.canceled", payout, account=call.account)
    return payout


def proceed(moment: Moment, payout: Json, account: str) -> None:
    """The next step of the bank: pending, in transit, paid."""
    before = {"status": payout["status"]}
    if payout["status"] == "pending":
        payout["status"] = "in_transit"
        moment.store.save(payout, due_at=payout["arrival_date"])
        events.snapshot(moment, "payout.updated", payout, account=account, before=before)
        return
    payout["status"] = "paid"
    moment.store.save(payout)
    events.snapshot(moment, "payout.updated", payout, account=account, before=before)
    events.snapshot(moment, "payout.paid", payout, account=account)


def fail(moment: Moment, payout: Json, account: str, failure_code: str) -> Json:
    """The bank sends the money back, even after `paid`: it is in the account's balance again."""
    payout |= {"failure_code": failure_code, "failure_message": FAILURES[failure_code]}
    _give_back(moment, payout, account, kind="payout_failure", status="failed")
    events.snapshot(moment, "payout.failed", payout, account=account)
    return payout


def _give_back(moment: Moment, payout: Json, account: str, *, kind: str, status: str) -> None:
    payout["status"] = status
    payout["failure_balance_transaction"] = money.move(
        moment,
        account=account,
        kind=kind,
        source=payout["id"],
        in_currency=payout["currency"],
        amount=payout["amount"],
    )
    moment.store.save(payout)
