"""Hours over HTTP: three doors in one story, each refusal, and no rate on the wrong side."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.jobs import time as clockwork
from app.main import toolbox_of
from tests.factories.time_doors import BILL, PAY, World, assert_proven, assert_walls


async def test_from_hours_to_approval(world: World) -> None:
    id_ = str(uuid4())
    said = world.hours(9, 3, note="Fourteen answers")
    made = await world.trainer("PUT", f"/time-entries/{id_}", said)
    again = await world.trainer("PUT", f"/time-entries/{id_}", said)
    assert (made.status_code, again.status_code) == (201, 200)
    entry = made.json()
    assert again.json() == entry
    assert (entry["id"], entry["state"], entry["worked_seconds"]) == (id_, "recorded", 10_800)
    recorded, over = entry["parts"]
    assert (recorded["state"], recorded["worked_seconds"]) == ("recorded", 7_200)
    assert (over["state"], over["worked_seconds"]) == ("over_cap", 3_600)
    assert (over["binding_cap"], over["decided_by"]) == ("engagement_week", "company")
    assert entry["allowance"]["binding_cap"] == "engagement_week"
    assert entry["allowance"]["left_minutes"] == 0
    assert made.headers["etag"] == '"1"'

    (waiting,) = (await world.company("GET", "/over-cap")).json()["items"]
    assert waiting["id"] == over["id"]
    assert waiting["would_be_billed"] == {"minor": BILL, "currency": "USD"}
    key = {"Idempotency-Key": str(uuid4())}
    path = f"/over-cap/{over['id']}/decision"
    decided = await world.company("POST", path, {"decision": "approve"}, **key)
    replay = await world.company("POST", path, {"decision": "approve"}, **key)
    assert decided.json()["state"] == "recorded"
    assert replay.content == decided.content

    (sheet,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    assert (sheet["state"], sheet["worked_minutes"]) == ("open", 180)
    assert sheet["earned"] == {"minor": 3 * PAY, "currency": "USD"}
    assert sheet["week"]["your_timezone"] == "Europe/Berlin"
    submitted = await world.trainer("POST", f"/timesheets/{sheet['id']}/submit")
    assert submitted.json()["state"] == "submitted"

    (theirs,) = (await world.company("GET", "/timesheets?state=submitted")).json()["items"]
    assert (theirs["id"], theirs["billed_minutes"]) == (sheet["id"], 180)
    assert theirs["billed"] == {"minor": 3 * BILL, "currency": "USD"}
    detail = (await world.company("GET", f"/timesheets/{sheet['id']}")).json()
    assert [e["worked_seconds"] for e in detail["entries"]] == [7_200, 3_600]
    assert detail["billed"] == theirs["billed"]
    approved = await world.company("POST", f"/timesheets/{sheet['id']}/approve")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert approved.json()["billed"] == theirs["billed"]
    repeat = await world.company("POST", f"/timesheets/{sheet['id']}/approve")
    assert repeat.json() == approved.json()
    (hers,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    assert (hers["state"], hers["earned"]["minor"]) == ("approved", 3 * PAY)
    listed = (await world.trainer("GET", "/time-entries")).json()["items"]
    assert {item["state"] for item in listed} == {"approved"}
    await assert_proven(world)
    assert_walls(world)


async def test_the_allowance_in_three_zones(world: World) -> None:
    answer = await world.trainer("GET", f"/engagements/{world.engagement_id}/allowance")
    seen = answer.json()
    assert seen["left_minutes"] == 120
    caps = {cap["cap"]: cap for cap in seen["caps"]}
    assert set(caps) == {"trainer_week", "engagement_week", "project"}
    assert caps["project"]["cap_minutes"] is None
    assert caps["trainer_week"]["cap_minutes"] == 2_400
    assert seen["pay_week"]["timezone"] == "UTC"
    assert seen["pay_week"]["starts_at_yours"][-6:] in ("+01:00", "+02:00")
    foreign = await world.stranger("GET", f"/engagements/{world.engagement_id}/allowance")
    never = await world.stranger("GET", f"/engagements/{uuid4()}/allowance")
    assert (foreign.status_code, never.status_code) == (404, 404)
    assert_walls(world)


async def test_the_timer(world: World) -> None:
    id_ = str(uuid4())
    said = {"engagement_id": world.engagement_id}
    started = await world.trainer("PUT", f"/time-entries/{id_}/timer", said)
    again = await world.trainer("PUT", f"/time-entries/{id_}/timer", said)
    assert (started.status_code, again.status_code) == (201, 200)
    assert started.json()["state"] == "running"
    assert started.json()["stops_by"] is not None
    other = await world.trainer("PUT", f"/time-entries/{uuid4()}/timer", said)
    assert (other.status_code, other.json()["code"]) == (409, "timer_already_running")
    assert other.json()["facts"] == {"entry_id": id_}
    foreign = await world.stranger("POST", f"/time-entries/{id_}/stop")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
    world.later(minutes=30)
    stopped = await world.trainer("POST", f"/time-entries/{id_}/stop", {})
    later = await world.trainer("POST", f"/time-entries/{id_}/stop")
    assert stopped.json() == later.json()
    assert (stopped.json()["state"], stopped.json()["stops_by"]) == ("recorded", None)
    assert 1_795 <= stopped.json()["worked_seconds"] <= 1_805
    await assert_proven(world)


async def test_nothing_left_to_start_with(world: World) -> None:
    said = world.hours(7 * 24 + 9, 2)
    await world.trainer("PUT", f"/time-entries/{uuid4()}", said)
    refused = await world.trainer(
        "PUT", f"/time-entries/{uuid4()}/timer", {"engagement_id": world.engagement_id}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "hour_cap_reached")
    assert refused.json()["facts"] == {"cap": "engagement_week"}


async def test_edit_and_delete(world: World) -> None:
    id_ = str(uuid4())
    await world.trainer("PUT", f"/time-entries/{id_}", world.hours(9))
    other = await world.trainer("PUT", f"/time-entries/{id_}", world.hours(9, 2))
    assert (other.status_code, other.json()["code"]) == (409, "already_used")
    assert other.json()["facts"]["current"]["version"] == 1
    stale = {"If-Match": '"7"'}
    refused = await world.trainer("PUT", f"/time-entries/{id_}", world.hours(9, 2), **stale)
    assert (refused.status_code, refused.json()["code"]) == (412, "version_differs")
    nothing = await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(40), **stale)
    assert (nothing.status_code, nothing.json()["facts"]["current"]) == (412, None)
    odd = await world.trainer(
        "PUT", f"/time-entries/{id_}", world.hours(9, 2), **{"If-Match": "new"}
    )
    assert odd.status_code == 422
    edited = await world.trainer(
        "PUT", f"/time-entries/{id_}", world.hours(9, 2), **{"If-Match": '"1"'}
    )
    assert (edited.status_code, edited.json()["worked_seconds"]) == (200, 7_200)
    assert edited.headers["etag"] == '"2"'
    for _ in range(2):
        gone = await world.trainer("DELETE", f"/time-entries/{id_}")
        assert gone.status_code == 204
    foreign = await world.stranger("DELETE", f"/time-entries/{id_}")
    never = await world.stranger("DELETE", f"/time-entries/{uuid4()}")
    assert (foreign.status_code, never.status_code) == (404, 404)
    late = await world.trainer("PUT", f"/time-entries/{id_}", world.hours(9, 2))
    assert (late.status_code, late.json()["code"]) == (409, "time_deleted")
    await assert_proven(world)


async def test_the_tag_of_an_entry_serves_reading_and_editing(world: World) -> None:
    id_ = str(uuid4())
    made = await world.trainer("PUT", f"/time-entries/{id_}", world.hours(9))
    read = await world.trainer("GET", f"/time-entries/{id_}")
    tag = read.headers["etag"]
    assert read.json() == {**made.json(), "allowance": None, "clocks": read.json()["clocks"]}
    start = world.monday + timedelta(hours=9)
    berlin = start.astimezone(ZoneInfo("Europe/Berlin"))
    assert read.json()["clocks"] == {
        "timezone": "UTC",
        "started_at_local": start.isoformat(),
        "ended_at_local": (start + timedelta(hours=1)).isoformat(),
        "your_timezone": "Europe/Berlin",
        "started_at_yours": berlin.isoformat(),
        "ended_at_yours": (berlin + timedelta(hours=1)).isoformat(),
    }
    (part,) = (await world.trainer("GET", "/time-entries")).json()["items"]
    assert part["clocks"] == read.json()["clocks"]
    known = await world.trainer("GET", f"/time-entries/{id_}", **{"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")
    edited = await world.trainer(
        "PUT", f"/time-entries/{id_}", world.hours(9, 2), **{"If-Match": tag}
    )
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    stale = await world.trainer(
        "PUT", f"/time-entries/{id_}", world.hours(9, 1.5), **{"If-Match": tag}
    )
    assert stale.status_code == 412
    recorded = (await world.trainer("GET", f"/time-entries/{id_}")).headers["etag"]
    sheet_id = edited.json()["parts"][0]["timesheet_id"]
    await world.trainer("POST", f"/timesheets/{sheet_id}/submit")
    # Handing in edits nothing, so that the version stays; what is shown is another thing though.
    submitted = await world.trainer("GET", f"/time-entries/{id_}", **{"If-None-Match": recorded})
    assert (submitted.status_code, submitted.json()["state"]) == (200, "on_timesheet")
    assert submitted.json()["version"] == 2
    await world.trainer("PUT", f"/time-entries/{(gone := str(uuid4()))}", world.hours(40))
    await world.trainer("DELETE", f"/time-entries/{gone}")
    for caller, hidden in ((world.trainer, gone), (world.stranger, id_), (world.trainer, uuid4())):
        assert (await caller("GET", f"/time-entries/{hidden}")).status_code == 404


async def test_a_conflict_shows_both_versions(world: World) -> None:
    """Over every way in: without a version, with an old one, and for an item of a sync."""
    id_, said = str(uuid4()), world.hours(9, note="as logged")
    await world.trainer("PUT", f"/time-entries/{id_}", said)
    start = world.monday + timedelta(hours=9)
    berlin = start.astimezone(ZoneInfo("Europe/Berlin"))
    other = {
        **world.hours(9, 2, task_reference="T-7"),
        "started_at": berlin.isoformat(),
    }
    items = [
        {"entry_id": id_, **other},
        {"entry_id": id_, **other, "if_version": 7},
        {"entry_id": (new := str(uuid4())), **world.hours(20)},
        {"entry_id": new, **world.hours(20, 0.5)},
    ]
    plain = await world.trainer("PUT", f"/time-entries/{id_}", other)
    stale = await world.trainer("PUT", f"/time-entries/{id_}", other, **{"If-Match": '"7"'})
    synced = await world.trainer("POST", "/time-entries/sync", {"items": items})
    problems = [r["problem"] for r in synced.json()["results"]]
    for problem in (plain.json(), stale.json(), problems[0], problems[1]):
        facts = problem["facts"]
        assert problem["code"] == ("version_differs" if "version" in facts else "already_used")
        assert facts["differing"] == ["ended_at", "note", "task_reference"]
        assert facts["current"]["started_at"] == facts["yours"]["started_at"] == start.isoformat()
        assert facts["yours"]["ended_at"] == (start + timedelta(hours=2)).isoformat()
        assert (facts["current"]["note"], facts["yours"]["note"]) == ("as logged", None)
        assert (facts["current"]["version"], facts["yours"]["task_reference"]) == (1, "T-7")
    assert problems[3]["facts"]["differing"] == ["ended_at"]
    assert problems[3]["facts"]["current"]["id"] == new
    foreign = {**world.hours(9), "engagement_id": world.strangers_engagement_id}
    refused = await world.stranger("PUT", f"/time-entries/{id_}", foreign)
    assert (refused.status_code, refused.json()["facts"]) == (409, {})
    assert_walls(world)


async def test_overlap_names_her_own_entry(world: World) -> None:
    id_ = str(uuid4())
    await world.trainer("PUT", f"/time-entries/{id_}", world.hours(9))
    refused = await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9.5))
    assert (refused.status_code, refused.json()["code"]) == (409, "time_overlaps")
    assert refused.json()["facts"]["entry_id"] == id_


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda w: w.hours(9, 0), "not_forward"),
        (lambda w: w.hours(24 * 60), "ends_in_the_future"),
        (lambda w: w.hours(-24 * 60), "before_first_day"),
        (lambda w: {**w.hours(9), "started_at": "2026-03-29T02:30:00"}, "invalid_shape"),
        (lambda w: {**w.hours(9), "pay_rate": 1}, "invalid_shape"),
        (lambda w: {**w.hours(9), "note": "a\x00b"}, "invalid_shape"),
        (lambda w: {**w.hours(9), "started_at": 1_764_000_000}, "invalid_shape"),
    ],
)
async def test_time_that_cannot_be(
    world: World, change: Callable[[World], dict[str, Any]], code: str
) -> None:
    refused = await world.trainer("PUT", f"/time-entries/{uuid4()}", change(world))
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_sent_back_and_declined(world: World) -> None:
    made = await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 2.5))
    over = made.json()["parts"][1]["id"]
    bare = await world.company("POST", f"/over-cap/{over}/decision", {"decision": "decline"})
    assert (bare.status_code, bare.json()["code"]) == (422, "explanation_needed")
    said = {
        "decision": "decline",
        "reason_code": "not_agreed",
        "explanation": "We agreed on two hours.",
    }
    declined = await world.company("POST", f"/over-cap/{over}/decision", said)
    assert declined.json()["state"] == "declined"
    items = (await world.trainer("GET", "/time-entries")).json()["items"]
    told = next(item for item in items if item["id"] == over)
    assert (told["reason_code"], told["explanation"]) == ("not_agreed", "We agreed on two hours.")

    (sheet,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    path = f"/timesheets/{sheet['id']}"
    early = await world.company("POST", f"{path}/approve")
    assert (early.status_code, early.json()["code"]) == (409, "illegal_move")
    await world.trainer("POST", f"{path}/submit")
    why = {"reason_code": "wrong_times", "explanation": "Monday was a holiday."}
    back = await world.company("POST", f"{path}/send-back", why)
    assert (back.json()["state"], back.json()["sent_back_count"]) == ("sent_back", 1)
    (hers,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    assert hers["sent_back_explanation"] == "Monday was a holiday."
    await world.trainer("POST", f"{path}/submit")
    twice = await world.company("POST", f"{path}/send-back", why)
    assert (twice.status_code, twice.json()["code"]) == (409, "sent_back_before")
    assert_walls(world)


async def test_several_at_once(world: World) -> None:
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9))
    (sheet,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    never = str(uuid4())
    said = {"timesheet_ids": [never, sheet["id"]]}
    first = (await world.company("POST", "/timesheets/approve", said)).json()["results"]
    assert [(r["timesheet_id"], r["approved"], r["code"]) for r in first] == [
        (never, False, "not_found"),
        (sheet["id"], False, "illegal_move"),
    ]
    await world.trainer("POST", f"/timesheets/{sheet['id']}/submit")
    second = (await world.company("POST", "/timesheets/approve", said)).json()["results"]
    assert [r["approved"] for r in second] == [False, True]
    await assert_proven(world)


async def test_a_foreign_timesheet_is_not_there(world: World) -> None:
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9))
    (sheet,) = (await world.trainer("GET", "/timesheets")).json()["items"]
    for id_ in (sheet["id"], str(uuid4())):
        path = f"/timesheets/{id_}"
        why = {"reason_code": "other", "explanation": "No."}
        answers = [
            await world.rival("GET", path),
            await world.rival("POST", f"{path}/approve"),
            await world.rival("POST", f"{path}/send-back", why),
            await world.stranger("POST", f"{path}/submit"),
            await world.rival("POST", f"/over-cap/{id_}/decision", {"decision": "approve"}),
        ]
        assert [a.status_code for a in answers] == [404] * 5
        assert {a.json()["code"] for a in answers} == {"not_found"}
    assert (await world.rival("GET", "/timesheets")).json()["items"] == []
    assert (await world.stranger("GET", "/timesheets")).json()["items"] == []
    assert (await world.stranger("GET", "/time-entries")).json()["items"] == []


async def test_silence_is_decided_by_operations(world: World) -> None:
    made = await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 3))
    over = made.json()["parts"][1]["id"]
    assert (await world.operations("GET", "/over-cap")).json()["items"] == []
    path = f"/over-cap/{over}/decision"
    early = await world.operations("POST", path, {"decision": "approve"})
    assert (early.status_code, early.json()["code"]) == (403, "decided_elsewhere")
    world.later(days=6)
    await world.sign_in_again(world.operations)
    (waiting,) = (await world.operations("GET", "/over-cap")).json()["items"]
    assert waiting["id"] == over
    decided = await world.operations("POST", path, {"decision": "approve"})
    assert (decided.json()["state"], decided.json()["at_platform_cost"]) == ("recorded", True)
    await assert_proven(world)
    assert_walls(world)


async def test_the_clock_does_it_all(world: World) -> None:
    """Logged and forgotten: handed in a day after the week, approved after the review window."""
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 3))
    tools = toolbox_of(world.runtime)
    started = {"engagement_id": world.engagement_id}
    timer = await world.trainer("PUT", f"/time-entries/{uuid4()}/timer", started)
    assert timer.status_code == 201
    for days in (0, 1, 9, 15):
        world.later(days=days)
        for sweep in (
            clockwork.attend_timers, clockwork.submit_timesheets, clockwork.approve_timesheets
        ):  # fmt: skip
            await sweep(tools)
    await world.sign_in_again(world.company)
    sheets = (await world.company("GET", "/timesheets")).json()["items"]
    assert {sheet["state"] for sheet in sheets} == {"approved"}
    assert [sheet["billed_minutes"] for sheet in sheets] == [120, 120]
    await assert_proven(world)


async def test_the_minutes_of_a_sheet_are_explained_to_both_sides(world: World) -> None:
    """Two hours fit, one waits: each side reads it at its own rate, in its own language."""
    made = await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 3))
    sheet_id = made.json()["parts"][0]["timesheet_id"]
    path = f"/timesheets/{sheet_id}/minutes"
    hers = (await world.trainer("GET", path)).json()
    theirs = (await world.company("GET", path, **{"Accept-Language": "de"})).json()
    for seen, rate in ((hers, PAY), (theirs, BILL)):
        assert (seen["minutes"], seen["counted_seconds"]) == (120, 7_200)
        assert seen["not_counted_seconds"] == 3_600
        assert seen["amount"] == {"minor": 2 * rate, "currency": "USD"}
        assert [group["rate"]["minor"] for group in seen["groups"]] == [rate]
        ((first, second),) = [entry["parts"] for entry in seen["entries"]]
        assert (first["standing"], first["counts"]) == ("counts", True)
        assert (second["begin"], second["standing"]) == ("cap", "waits_beyond_cap")
        assert second["cap"] == "engagement_week"
    assert "the company decides by" in hers["entries"][0]["parts"][1]["standing_text"]
    assert "entscheidet die Firma" in theirs["entries"][0]["parts"][1]["standing_text"]
    assert hers["groups"][0]["text"].startswith("7200 seconds are 120 minutes")
    assert theirs["groups"][0]["text"].startswith("7200 Sekunden sind 120 Minuten")
    for caller in (world.stranger, world.rival):
        assert (await caller("GET", path)).status_code == 404
    assert_walls(world)
