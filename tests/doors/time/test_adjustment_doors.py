"""Adjustments over HTTP: three doors, the clock, an invoice and its files, a payout explained."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import pypdf

from app.books import proving
from app.domain.actor import FinanceActor, SystemActor
from app.domain.holds import PayoutRules
from app.domain.money import Money
from app.invoicing import documents, queries, recording
from app.invoicing.recording import Receipt
from app.jobs import schedules
from app.main import toolbox_of
from app.payouts import running
from app.payouts.tables import PayoutAccount
from tests.factories import people
from tests.factories.adjusted import invoice
from tests.factories.time_doors import BILL, PAY, World


def usd(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "USD"}


async def assert_books(world: World) -> None:
    for identity in await proving.prove_at_one_moment(world.runtime.database):
        assert identity.holds, identity


async def approved_hours(world: World) -> str:
    """Two hours of last week, approved; the entry's id."""
    made = await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 2))
    (sheet,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    path = f"/timesheets/{sheet['id']}"
    assert (await world.trainer("POST", f"{path}/submit")).status_code == 200
    approved = await world.company("POST", f"{path}/approve")
    assert approved.json()["state"] == "approved", approved.text
    return str(made.json()["id"])


async def file_all(world: World) -> None:
    """A bonus, an expense, a correction of either sign, and a clawback, each sent twice."""
    at = f"/engagements/{world.engagement_id}"
    entry = await approved_hours(world)
    bonus, expense = {"amount": usd(100_000), "reason": "Well."}, {
        "amount": usd(4_990), "reason": "A guideline.", "evidence_reference": "Receipt 7",
    }  # fmt: skip
    worked = {"worked_at": world.hours(9)["started_at"], "reason": "As agreed on the phone."}
    more = {"minutes": 30, "reason_code": "hours_missing", **worked}
    less = {"minutes": -10, "reason_code": "clerical_error", **worked}
    back = {"amount": usd(1_000), "reason_code": "duplicate_work", "reason": "Twice.",
            "evidence_ids": [entry]}  # fmt: skip
    ids = {}
    for who, noun, said in (
        (world.company, "bonuses", bonus), (world.trainer, "expenses", expense),
        (world.company, "corrections", more), (world.company, "corrections", less),
        (world.operations, "clawbacks", back),
    ):  # fmt: skip
        id_ = str(uuid4())
        first, again = [await who("PUT", f"{at}/{noun}/{id_}", said) for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 200), first.text
        assert first.json() == again.json()
        ids[f"{noun} {said.get('minutes', '')}".strip()] = id_
        other = await who("PUT", f"{at}/{noun}/{id_}", {**said, "reason": "Another."})
        assert (other.status_code, other.json()["code"]) == (409, "already_used")
        stranger = {"client": world.rival, "trainer": world.stranger}.get(who.door)
        if stranger is not None:
            foreign = await stranger("PUT", f"{at}/{noun}/{uuid4()}", said)
            assert foreign.status_code == 404
    waits = {a["id"]: a for a in (await world.trainer("GET", "/adjustments")).json()["items"]}
    assert waits[ids["corrections -10"]]["state"] == "awaits_trainer"
    assert "operations decides" in waits[ids["corrections -10"]]["on_silence"]
    consent = await world.trainer(
        "POST", f"/adjustments/{ids['corrections -10']}/answer", {"consent": True}
    )
    assert (consent.json()["state"], consent.json()["decided_by"]) == ("approved", "trainer")
    agreed = await world.company(
        "POST", f"/adjustments/{ids['expenses']}/decision", {"outcome": "approved"}
    )
    assert agreed.json()["billed"] == agreed.json()["expense"] == usd(4_990)


async def test_the_whole_story(world: World) -> None:
    """From filing through the invoice, its PDF and CSV, to the payout and its explanation."""
    runtime = world.runtime
    await file_all(world)
    await assert_books(world)
    listed = (await world.company("GET", "/adjustments")).json()["items"]
    billed = {each["type"]: each["billed"] for each in listed}
    assert (billed["bonus"], billed["clawback"]) == (usd(100_000), usd(-1_000))
    minutes, now = 120 + 30 - 10, runtime.clock.now()
    net = (2 * minutes * BILL + 60) // 120 + 100_000 + 4_990 - 1_000
    async with runtime.database.begin() as session:
        staff = FinanceActor((await people.user(session, now=now, door="finance")).id)
        run = await invoice(session, now=now)
    (issued,) = run.invoices
    assert issued.net_minor == net
    seen = (await world.company("GET", f"/invoices/{issued.id}")).json()
    types = sorted(line["type"] for line in seen["lines"])
    assert types == ["bonus", "clawback", "correction", "correction", "expense", "time"]
    assert sum(line["billed"]["minor"] for line in seen["lines"]) == issued.net_minor
    async with runtime.database.begin() as session:
        facts = await queries.get_invoice(session, issued.id)
    rows = list(csv.DictReader(io.StringIO(documents.csv_of(facts).decode())))
    assert sorted(row["type"] for row in rows) == types
    assert {r["minutes"] for r in rows if r["type"] == "correction"} == {"30", "-10"}
    assert {r["minutes"] for r in rows if r["type"] in ("bonus", "expense", "clawback")} == {""}
    pdf = await runtime.outside.documents.render_invoice(documents.describe(facts))
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    words = "\n".join(p.extract_text() for p in pages)
    assert all(kind in words for kind in ("Bonus", "Expenses", "Correction of hours", "Refund"))
    await assert_books(world)
    receipt = Receipt(Money(issued.gross_minor, "USD"), now.date(), "Statement 7")
    await recording.record_payment(
        runtime.database, runtime.outside.payments, staff, issued.id, receipt=receipt, now=now
    )
    trainer_id = UUID((await world.trainer("GET", "/me")).json()["id"])
    async with runtime.database.begin() as session:
        session.add(
            PayoutAccount(
                trainer_id=trainer_id, state="created", provider_account_id="acct_beispiel",
                ready=True, missing=[], intended_at=now,
            )
        )  # fmt: skip
    async with runtime.database.begin() as session:
        run_id = await running.order(session, staff, as_of=now, rules=PayoutRules(), now=now)
    await running.plan(
        runtime.database, run_id, rules=PayoutRules(), actor=SystemActor("test"), now=now
    )
    await assert_explained(world, minutes)
    await assert_books(world)
    assert_walls_of_sums(world)


async def assert_explained(world: World, minutes: int) -> None:
    (payout,) = (await world.trainer("GET", "/payouts")).json()["items"]
    told = (await world.trainer("GET", f"/payouts/{payout['id']}/explanation")).json()
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in told["lines"]:
        lines.setdefault(line["type"], []).append(line)
    worked = [*lines["time"], *lines["correction"]]
    assert sum(line["minutes"] for line in worked) == minutes
    assert sum(line["earned"]["minor"] for line in worked) == (2 * minutes * PAY + 60) // 120
    (bonus,), (expense,), (back,) = lines["bonus"], lines["expense"], lines["clawback"]
    assert (bonus["earned"]["minor"], expense["earned"]["minor"]) == (80_000, 4_990)
    assert (back["earned"]["minor"], back["reason"]) == (-800, "Twice.")
    assert sum(x["earned"]["minor"] for x in told["lines"]) == payout["amount"]["minor"]
    earnings = (await world.trainer("GET", "/earnings")).json()["items"]
    assert sorted(e["type"] for e in earnings) == sorted(x["type"] for x in told["lines"])


def assert_walls_of_sums(world: World) -> None:
    """Beside the rates, no sum of the other side was heard: 1,000.00 is given, 800.00 earned."""
    for caller, figure in ((world.trainer, 100_000), (world.company, 80_000)):
        assert not [text for text in caller.heard if f'"minor":{figure},' in text]
    for caller, rate in ((world.trainer, BILL), (world.company, PAY), (world.operations, BILL)):
        assert not [text for text in caller.heard if str(rate) in text]


async def test_the_clock_moves_on(world: World) -> None:
    """Nobody answers: an expense goes to operations and waits there, a cut takes nothing."""
    await approved_hours(world)
    at = f"/engagements/{world.engagement_id}"
    claim = {"amount": usd(700), "reason": "A text.", "evidence_reference": "Receipt 8"}
    less = {"minutes": -10, "reason_code": "hours_too_many", "reason": "Too many.",
            "worked_at": world.hours(9)["started_at"]}  # fmt: skip
    expense, cut = str(uuid4()), str(uuid4())
    assert (await world.trainer("PUT", f"{at}/expenses/{expense}", claim)).status_code == 201
    assert (await world.company("PUT", f"{at}/corrections/{cut}", less)).status_code == 201
    for days in (6, 12):
        world.later(days=days)
        await schedules.run_all(toolbox_of(world.runtime))
        for caller in (world.company, world.trainer, world.operations):
            await world.sign_in_again(caller)
        waiting = (await world.operations("GET", "/adjustments")).json()["items"]
        assert {a["id"] for a in waiting} == ({expense, cut} if days == 6 else {expense})
    declined = {a["id"]: a for a in (await world.trainer("GET", "/adjustments")).json()["items"]}
    assert (declined[cut]["state"], declined[cut]["decided_by"]) == ("declined", "clock")
    said = {"outcome": "approved", "explanation": "In order."}
    done = await world.operations("POST", f"/adjustments/{expense}/decision", said)
    assert (done.json()["state"], done.json()["at_platform_cost"]) == ("approved", True)
    seen = {a["id"]: a for a in (await world.company("GET", "/adjustments")).json()["items"]}
    assert seen[expense]["billed"] is None
    await assert_books(world)
