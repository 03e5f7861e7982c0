"""The money: invoice, collection, payout, exports, books, and everything a second time."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from app.demo.brief import Brief
from app.demo.clients import DoorRefused, wait_for
from app.demo.stage import Stage
from app.demo.story import Cast, today_of
from app.demo.telling import Teller, money


def invoice(brief: Brief, cast: Cast, stage: Stage, out: Path, teller: Teller) -> None:
    """Finance invoices what is approved; the company pays it at Stripe's page."""
    today = today_of(stage, brief) + timedelta(days=1)
    run = cast.finance.call("run_invoices", {"through": today.isoformat()})
    issued = run["invoices"][0]
    pdf = cast.finance.call_raw("download_invoice", invoice_id=issued["id"], format="pdf")
    (out / f"{issued['number']}.pdf").write_bytes(pdf.content)
    teller.chapter("Collected")
    teller.say(
        f"Invoice {issued['number']}: net {money(issued['net'])}, tax {money(issued['tax'])}, "
        f"gross {money(issued['gross'])}, due {issued['due_on']}."
    )
    paying = cast.company.call("pay_invoice", {}, invoice_id=issued["id"])
    session = next(
        part
        for part in paying["checkout_url"].replace("?", "/").replace("#", "/").split("/")
        if part.startswith("cs_")
    )
    stage.stand_in(f"checkout/{session}/pay")
    wait_for(
        "the invoice to be collected",
        lambda: cast.finance.call("get_invoice", invoice_id=issued["id"])["state"] == "collected",
    )
    cast.ids["invoice"] = issued["id"]
    teller.say("The company pays at Stripe's page; the webhook arrives, the invoice is collected.")
    stage.advance(days=3)
    teller.say("Two banking days later the money is available at Stripe.")


def pay_out(cast: Cast, stage: Stage, teller: Teller) -> None:
    """Finance pays everybody who is due; the bank gets it a few days later."""
    run = cast.finance.call("run_payouts", {})
    wait_for(
        "the payout run to finish",
        lambda: cast.finance.call("get_payout_run", payout_run_id=run["id"])["state"] == "finished",
    )
    (payout,) = cast.finance.call("list_payouts", payout_run_id=run["id"])["items"]
    sent = wait_for(
        "the bank payout to be started",
        lambda: _when(cast, payout["id"], "bank_payout_id"),
    )
    teller.chapter("Paid")
    teller.say(
        f"Payout run: {money(sent['pay'])} to her, transfer {sent['transfer_id']}, "
        f"bank payout {sent['bank_payout_id']}."
    )
    stage.advance(days=4)
    settled = wait_for(
        "the bank to have it",
        lambda: _when(cast, payout["id"], "settled_at"),
    )
    cast.ids["payout"] = payout["id"]
    explained = cast.trainer.call("explain_payout", payout_id=payout["id"])
    line = explained["lines"][0]
    teller.say(f"It is {settled['state']}. Her explanation, to the cent:")
    teller.say(
        f"  {line['worked_seconds']} s in {len(line['entries'])} entries → {line['minutes']} min "
        f"× {money(line['pay_rate'])} an hour = {money(line['earned'])}"
    )
    holds = cast.trainer.call("list_holds")["items"]
    teller.say(f"  unpaid: {len(holds)} holds.")


def _when(cast: Cast, payout_id: str, field: str) -> Any:
    found = cast.finance.call("get_payout", payout_id=payout_id)["payout"]
    return found if found[field] else None


def export(brief: Brief, cast: Cast, stage: Stage, out: Path, teller: Teller) -> None:
    """Finance exports the month, and sees both sides."""
    today = today_of(stage, brief)
    teller.chapter("Exported and proved")
    for kind, form in (
        ("invoices", "csv"),
        ("invoice_lines", "csv"),
        ("payouts", "csv"),
        ("ledger", "journal"),
        ("ledger", "beancount"),
    ):
        made = cast.finance.call(
            "create_export",
            {
                "kind": kind,
                "format": form,
                "from": (today - timedelta(days=60)).isoformat(),
                "to": (today + timedelta(days=1)).isoformat(),
            },
        )
        wait_for(
            f"the export of {kind}",
            partial(_finished, cast, made["id"]),
        )
        content = cast.finance.call_raw("download_export", export_id=made["id"]).content
        (out / f"{kind}.{form}").write_bytes(content)
    teller.say(f"Invoice and exports lie in {out.resolve()}:")
    teller.say("  " + ", ".join(sorted(f.name for f in out.iterdir())))
    _fee(cast, teller)


def _finished(cast: Cast, export_id: str) -> bool:
    return bool(cast.finance.call("get_export", export_id=export_id)["state"] == "finished")


def _fee(cast: Cast, teller: Teller) -> None:
    """The fee, as finance alone sees it: revenue less what trainers are owed."""
    accounts = cast.finance.call("list_ledger_accounts", limit="200")["items"]
    sums = {a["key"]: a["balance"] for a in accounts}
    income, cost = sums["income:services"], sums["expense:trainers"]
    fee = abs(income["minor"]) - abs(cost["minor"])
    shown = money({"minor": fee, "currency": income["currency"]})
    share = fee * 100 / abs(income["minor"])
    teller.say(f"Fee, as finance alone sees it: {shown} ({share:.1f} % of services).")


def play_again(cast: Cast, stage: Stage, teller: Teller) -> None:
    """Every write a second time with the same ids: nothing may happen twice."""
    before = _counts(cast, stage)
    played = list(stage.memory)
    replayed = 0
    for written in played:
        answer = written.who.send(written.method, written.path, written.content, written.headers)
        if answer.is_success:
            replayed += answer.headers.get("idempotent-replayed") == "true"
        elif answer.status_code not in (404, 409):
            raise DoorRefused(f"{written.method} {written.path} again → {answer.status_code}")
    after = _counts(cast, stage)
    if before != after:
        raise DoorRefused(f"something happened twice: {before} became {after}")
    shown = ", ".join(f"{name} {count}" for name, count in after.items())
    teller.say(
        f"All {len(played)} writes sent a second time ({replayed} answered from memory): "
        f"still {shown}."
    )


def _counts(cast: Cast, stage: Stage) -> dict[str, int]:
    transfers = stage.stripe_get("/v1/transfers")["data"]
    return {
        "invoices": len(cast.finance.call("list_invoices")["items"]),
        "payouts": len(cast.finance.call("list_payouts")["items"]),
        "transfers": len(transfers),
        "postings": len(cast.finance.call("list_postings", limit="200")["items"]),
        "time entries": len(cast.trainer.call("list_time", limit="200")["items"]),
        "engagements": len(cast.trainer.call("list_engagements")["items"]),
    }


def reconcile(cast: Cast, teller: Teller) -> bool:
    """Stripe's statement beside the books: no line and no balance may differ."""
    run = cast.finance.call("run_reconciliation", {})
    done = wait_for(
        "the reconciliation to finish",
        lambda: _run_finished(cast, run["id"]),
    )
    found = cast.finance.call("get_reconciliation")
    differences = cast.finance.call("list_reconciliation_differences")["items"]
    for each in differences:
        teller.say(f"BROKEN: {each['kind']} {each['reference']}: {each['explanation']}")
    teller.say(
        f"Reconciled with Stripe: {done['lines_matched']} of {done['lines_compared']} lines of "
        f"its statement match the books to the cent, {len(differences)} differences, "
        f"{len(found['clearing'])} clearing accounts still hold money."
    )
    return bool(found["is_reconciled"])


def _run_finished(cast: Cast, run_id: str) -> Any:
    found = cast.finance.call("get_reconciliation_run", run_id=run_id)
    return found if found["state"] == "finished" else None


def prove(stage: Stage, teller: Teller) -> bool:
    """`lehrwerk books`: every identity, or the rows that break it."""
    code, found = stage.books()
    identities = found["identities"]
    for identity in identities:
        if not identity["holds"]:
            teller.say(f"BROKEN: {identity['name']}: {'; '.join(identity['breaches'])}")
    green = sum(i["holds"] for i in identities)
    teller.say(f"`lehrwerk books`: {green} of {len(identities)} identities hold.")
    return code == 0
