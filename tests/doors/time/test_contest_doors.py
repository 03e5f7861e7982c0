"""Contests over HTTP: three doors and the clock in one story, ending with books that are proven."""

from typing import Any
from uuid import uuid4

from app.books import proving
from app.jobs import schedules
from app.main import toolbox_of
from tests.factories.time_doors import BILL, PAY, World, assert_walls

TWICE = {"reason_code": "duplicate", "explanation": "It stands on Monday already."}


async def submitted(world: World, *lengths: float) -> tuple[str, list[dict[str, Any]]]:
    """A submitted sheet with entries of so many hours: its path, and its entries as seen."""
    for n, length in enumerate(lengths):
        said = world.hours(6 + n, length, note=f"Answer {n}")
        made = await world.trainer("PUT", f"/time-entries/{uuid4()}", said)
        assert made.json()["state"] == "recorded", made.text
    (sheet,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    path = f"/timesheets/{sheet['id']}"
    assert (await world.trainer("POST", f"{path}/submit")).status_code == 200
    return path, (await world.company("GET", path)).json()["entries"]


async def pass_days(world: World, days: int) -> None:
    """The clock goes on, and everything that is due by it happens."""
    world.later(days=days)
    await schedules.run_all(toolbox_of(world.runtime))
    for caller in (world.company, world.trainer, world.operations):
        await world.sign_in_again(caller)


async def assert_books(world: World) -> None:
    async with world.runtime.database.begin() as session:
        for identity in await proving.prove_all(session):
            assert identity.holds, identity


async def assert_she_is_told(world: World, entries: list[dict[str, Any]]) -> None:
    """Why, by when, what silence does, and what it holds back: one half hour of four is paid."""
    (hers,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    assert (hers["worked_minutes"], hers["contested_seconds"]) == (30, 5_400)
    parts = (await world.trainer("GET", "/time-entries")).json()["items"]
    told = {part["id"]: part["contest"] for part in parts}
    assert told[entries[0]["id"]] is None
    seen = told[entries[1]["id"]]
    assert (seen["reason_code"], seen["explanation"]) == tuple(TWICE.values())
    assert seen == hers["contests"][0]
    assert "operations decides" in seen["on_silence"]
    holds = (await world.trainer("GET", "/holds")).json()["items"]
    waiting = {h["waiting"]["cause"]: (h["waiting"]["who"], h["held"]["minor"]) for h in holds}
    assert waiting == {
        "client_unpaid": ("company", PAY // 2), "contest": ("operations", PAY * 2 - PAY // 2)
    }  # fmt: skip


async def test_the_whole_story(world: World) -> None:
    """Of four half hours one is paid at once; one is withdrawn, one declined, one left to time."""
    path, entries = await submitted(world, 0.5, 0.5, 0.5, 0.5)
    said = {"entries": [{"entry_id": e["id"], **TWICE} for e in entries[1:]]}
    made = await world.company("POST", f"{path}/contests", said)
    assert made.status_code == 201, made.text
    sheet, contests = made.json()["timesheet"], made.json()["contests"]
    assert (sheet["state"], sheet["billed_minutes"]) == ("approved", 30)
    assert [c["state"] for c in contests] == ["awaits_answer"] * 3
    assert (await world.company("POST", f"{path}/contests", said)).json() == made.json()
    detail = (await world.company("GET", path)).json()
    assert [e["state"] for e in detail["entries"]] == ["approved", *["contested"] * 3]
    assert detail["contests"] == contests
    await assert_she_is_told(world, entries)

    one, two, three = (c["id"] for c in contests)
    assert (await world.operations("GET", "/contests")).json()["items"] == []
    gone = await world.company("POST", f"/contests/{one}/withdraw")
    assert (gone.json()["state"], gone.json()["decided_by"]) == ("withdrawn", "company")
    words = {"answer": "These were two different answers."}
    answered = await world.trainer("POST", f"/contests/{two}/answer", words)
    assert (answered.json()["state"], answered.json()["answer"]) == (
        "awaits_decision", words["answer"]
    )  # fmt: skip
    again = await world.trainer("POST", f"/contests/{two}/answer", {"answer": "No."})
    assert (again.status_code, again.json()["code"]) == (409, "answered_before")
    listed = (await world.company("GET", "/contests?state=awaits_decision")).json()["items"]
    assert [(c["id"], c["answer"]) for c in listed] == [(two, words["answer"])]

    (open_,) = (await world.operations("GET", "/contests")).json()["items"]
    assert (open_["id"], open_["answer"]) == (two, words["answer"])
    no = {"outcome": "declined", "explanation": "Both notes name the same answer."}
    early = await world.operations("POST", f"/contests/{three}/decision", no)
    assert (early.status_code, early.json()["code"]) == (409, "illegal_move")
    decided = await world.operations("POST", f"/contests/{two}/decision", no)
    assert (decided.json()["state"], decided.json()["decided_by"]) == ("declined", "operations")
    hers = (await world.trainer("GET", "/contests?state=declined")).json()["items"][0]
    assert hers["decision_explanation"] == no["explanation"]

    await pass_days(world, 6)
    late = await world.trainer("POST", f"/contests/{three}/answer", words)
    assert (late.status_code, late.json()["code"]) == (409, "answer_too_late")
    (open_,) = (await world.operations("GET", "/contests")).json()["items"]
    assert (open_["id"], open_["answer"]) == (three, None)
    await pass_days(world, 11)
    too_late = await world.operations("POST", f"/contests/{three}/decision", no)
    assert (too_late.status_code, too_late.json()["code"]) == (409, "illegal_move")
    (last,) = (await world.trainer("GET", "/contests?state=approved")).json()["items"]
    assert (last["id"], last["decided_by"]) == (three, "clock")

    detail = (await world.company("GET", path)).json()
    assert [e["state"] for e in detail["entries"]] == [
        "approved", "approved", "declined", "approved"
    ]  # fmt: skip
    assert (detail["billed_minutes"], detail["billed"]["minor"]) == (90, (3 * BILL + 1) // 2)
    (sheet,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    assert (sheet["worked_minutes"], sheet["earned"]["minor"]) == (90, 3 * PAY // 2)
    assert sheet["contested_seconds"] == 0
    holds = (await world.trainer("GET", "/holds")).json()["items"]
    assert [h["waiting"]["cause"] for h in holds] == ["client_unpaid"]
    await assert_books(world)
    assert_walls(world)


async def test_quality_is_no_reason(world: World) -> None:
    path, (entry,) = await submitted(world, 1)
    for code in ("quality", "low_quality", "hallucination", "accuracy"):
        said = {"entries": [{"entry_id": entry["id"], **TWICE, "reason_code": code}]}
        refused = await world.company("POST", f"{path}/contests", said)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "#/entries/0/reason_code"
    words = (await world.company("GET", "/vocabularies")).json()["reason_codes"]
    codes = {word["key"] for word in words if word["use"] == "contest_entries"}
    assert codes == {"time_not_worked", "wrong_task", "duplicate", "too_many_hours_for_task",
                     "wrong_engagement", "other"}  # fmt: skip


async def test_all_of_a_sheet(world: World) -> None:
    """Nothing is approved until something is allowed; when nothing is, the sheet is declined."""
    path, entries = await submitted(world, 1, 1)
    said = {"entries": [{"entry_id": e["id"], **TWICE} for e in entries]}
    made = (await world.company("POST", f"{path}/contests", said)).json()
    assert (made["timesheet"]["state"], made["timesheet"]["billed_minutes"]) == ("contested", 0)
    refused = await world.company("POST", f"{path}/approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    no = {"outcome": "declined", "explanation": "It is there twice."}
    for contest in made["contests"]:
        await world.trainer("POST", f"/contests/{contest['id']}/answer", {"answer": "I did."})
        done = await world.operations("POST", f"/contests/{contest['id']}/decision", no)
        assert done.status_code == 200
    (hers,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    assert (hers["state"], hers["worked_minutes"]) == ("declined", 0)
    left = (await world.trainer("GET", f"/engagements/{world.engagement_id}/allowance")).json()
    assert left["left_minutes"] == 120
    await assert_books(world)


async def test_what_is_not_there_and_what_does_not_fit(world: World) -> None:
    path, entries = await submitted(world, 1)
    said = {"entries": [{"entry_id": str(uuid4()), **TWICE}]}
    refused = await world.company("POST", f"{path}/contests", said)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_values")
    assert refused.json()["errors"][0]["code"] == "not_on_timesheet"
    said = {"entries": [{"entry_id": entries[0]["id"], **TWICE}]}
    assert (await world.rival("POST", f"{path}/contests", said)).status_code == 404
    (contest,) = (await world.company("POST", f"{path}/contests", said)).json()["contests"]
    for id_ in (contest["id"], str(uuid4())):
        answers = [
            await world.stranger("POST", f"/contests/{id_}/answer", {"answer": "Mine."}),
            await world.rival("POST", f"/contests/{id_}/withdraw"),
        ]
        assert [a.status_code for a in answers] == [404, 404]
    assert (await world.rival("GET", "/contests")).json()["items"] == []
    assert (await world.stranger("GET", "/contests")).json()["items"] == []
