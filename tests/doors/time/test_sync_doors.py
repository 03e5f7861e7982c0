"""What a phone kept while it was away, over HTTP."""

from typing import Any
from uuid import uuid4

from tests.factories.time_doors import World, assert_proven, assert_walls


async def test_a_phone_comes_back_with_a_hundred_things(world: World) -> None:
    """Good, over the cap, repeated, foreign and unreadable ones in one call, answered in order."""
    ids = [str(uuid4()) for _ in range(3)]
    items: list[Any] = [
        {"entry_id": ids[0], **world.hours(9)},
        {"entry_id": ids[1], **world.hours(10, 2)},
        {"entry_id": ids[0], **world.hours(9)},
        {"entry_id": ids[0], **world.hours(9, 2)},
        {"entry_id": ids[2], **world.hours(9.5)},
        {
            "entry_id": str(uuid4()),
            **world.hours(20),
            "engagement_id": world.strangers_engagement_id,
        },
        {"entry_id": "none", **world.hours(21)},
        {"entry_id": ids[2], **world.hours(22), "started_at": "2026-11-23T09:00:00"},
        {"entry_id": ids[2], "deleted": True, "if_version": True},
        17,
    ]
    answer = await world.trainer("POST", "/time-entries/sync", {"items": items})
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [r["outcome"] for r in results] == [
        "accepted", "over_cap", "unchanged", *["refused"] * 7,
    ]  # fmt: skip
    assert [r["entry_id"] for r in results] == [
        ids[0], ids[1], ids[0], ids[0], ids[2], items[5]["entry_id"], None, ids[2], ids[2], None,
    ]  # fmt: skip
    assert [r["problem"]["code"] for r in results[3:]] == [
        "already_used", "time_overlaps", "not_found", *["invalid_shape"] * 4,
    ]  # fmt: skip
    assert results[7]["problem"]["errors"][0]["pointer"] == "#/started_at"
    assert (results[1]["worked_seconds"], results[1]["over_cap_seconds"]) == (7_200, 3_600)
    assert results[1]["binding_cap"] == "engagement_week"
    again = (await world.trainer("POST", "/time-entries/sync", {"items": items})).json()["results"]
    assert [r["outcome"] for r in again] == [*["unchanged"] * 3, *["refused"] * 7]
    listed = (await world.trainer("GET", "/time-entries")).json()["items"]
    assert {part["entry_id"] for part in listed} == set(ids[:2])
    gone = await world.trainer(
        "POST", "/time-entries/sync", {"items": [{"entry_id": ids[1], "deleted": True}]}
    )
    assert [r["outcome"] for r in gone.json()["results"]] == ["deleted"]
    await assert_proven(world)
    assert_walls(world)


async def test_too_many_or_none_at_once(world: World) -> None:
    for items in ([], [{"entry_id": str(uuid4()), "deleted": True}] * 10_001):
        answer = await world.trainer("POST", "/time-entries/sync", {"items": items})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_shape")
