"""Hours by the clock on the wall, over HTTP, one by one and in a sync."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.factories.time_doors import World

# (zone, start, end, field that is refused, its code, the instants that the answer must name)
CLOCKS = [
    ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T04:00", "started_at",
     "nonexistent_local_time", ["2027-03-28T01:59:59+01:00", "2027-03-28T03:00:00+02:00"]),
    ("America/New_York", "2027-03-14T00:30", "2027-03-14T02:15:30", "ended_at",
     "nonexistent_local_time", ["2027-03-14T01:59:59-05:00", "2027-03-14T03:00:00-04:00"]),
    ("Asia/Beirut", "2027-03-28T00:00", "2027-03-28T03:00", "started_at",
     "nonexistent_local_time", ["2027-03-27T23:59:59+02:00", "2027-03-28T01:00:00+03:00"]),
    ("Europe/Berlin", "2027-10-31T01:30", "2027-10-31T02:30", "ended_at",
     "ambiguous_local_time", ["2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00"]),
]  # fmt: skip


def at(local: str, timezone: str, **more: str) -> dict[str, str]:
    return {"local": local, "timezone": timezone, **more}


@pytest.mark.parametrize("language", ["en", "de"])
async def test_times_that_never_were_or_were_twice(world: World, language: str) -> None:
    items: list[Any] = []
    for zone, start, end, field, code, named in CLOCKS:
        said = {"engagement_id": world.engagement_id, "started_at": at(start, zone),
                "ended_at": at(end, zone)}  # fmt: skip
        refused = await world.trainer(
            "PUT", f"/time-entries/{uuid4()}", said, **{"Accept-Language": language}
        )
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        (problem,) = refused.json()["errors"]
        assert (problem["pointer"], problem["code"]) == (f"#/{field}", code)
        for instant in named:
            assert instant in problem["detail"]
            assert instant in refused.json()["facts"].values()
        assert ("Senden Sie" in problem["detail"]) == (language == "de")
        items.append({"entry_id": str(uuid4()), **said})
    good = {"entry_id": str(uuid4()), **world.hours(9)}
    synced = await world.trainer("POST", "/time-entries/sync", {"items": [*items, good]})
    results = synced.json()["results"]
    assert [r["outcome"] for r in results] == [*["refused"] * 4, "accepted"]
    assert [r["problem"]["code"] for r in results[:4]] == [each[4] for each in CLOCKS]
    assert [r["entry_id"] for r in results] == [each["entry_id"] for each in [*items, good]]


async def test_a_local_time_is_the_instant_that_it_means(world: World) -> None:
    """Sent once by the wall and once as an instant, it is the same entry."""
    id_, zone = str(uuid4()), "America/New_York"
    start = (world.monday + timedelta(hours=9)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    local = {
        "engagement_id": world.engagement_id,
        "started_at": at(start.isoformat(), zone),
        "ended_at": at((start + timedelta(hours=1)).isoformat(timespec="minutes"), zone),
    }
    made = await world.trainer("PUT", f"/time-entries/{id_}", local)
    assert made.status_code == 201, made.text
    again = await world.trainer("PUT", f"/time-entries/{id_}", world.hours(9))
    assert (again.status_code, again.json()) == (200, made.json())
    synced = await world.trainer(
        "POST", "/time-entries/sync", {"items": [{"entry_id": id_, **local}]}
    )
    assert synced.json()["results"][0]["outcome"] == "unchanged"


async def test_the_offset_chooses_between_two(world: World) -> None:
    """After clocks went back, 02:30 with the earlier offset to 02:30 with the later is an hour."""
    autumn = datetime(2027, 11, 3, 12, tzinfo=UTC) - world.runtime.clock.now()
    world.later(seconds=int(autumn.total_seconds()))
    await world.sign_in_again(world.trainer)
    wall = "2027-10-31T02:30", "Europe/Berlin"
    made = await world.trainer(
        "PUT",
        f"/time-entries/{uuid4()}",
        {
            "engagement_id": world.engagement_id,
            "started_at": at(*wall, offset="+02:00"),
            "ended_at": at(*wall, offset="+01:00"),
        },
    )
    assert (made.status_code, made.json()["worked_seconds"]) == (201, 3_600), made.text
    assert made.json()["started_at"] == "2027-10-31T00:30:00Z"


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        ({"local": "2026-11-23T09:00+01:00", "timezone": "UTC"}, "local", "not_a_local_time"),
        ({"local": "2026-11-23", "timezone": "UTC"}, "local", "not_a_local_time"),
        ({"local": "2026-02-30T09:00", "timezone": "UTC"}, "local", "not_a_local_time"),
        ({"local": 17, "timezone": "UTC"}, "local", "not_a_local_time"),
        ({"local": "1999-11-23T09:00", "timezone": "UTC"}, "local", "year_out_of_range"),
        ({"local": "2026-11-23T09:00", "timezone": "Nowhere"}, "timezone", "unknown_time_zone"),
        ({"local": "2026-11-23T09:00"}, "timezone", "missing"),
        ({"local": "2026-11-23T09:00", "timezone": "UTC", "fold": 1}, "?", "extra_forbidden"),
        ({"local": "2026-11-23T09:00", "timezone": "UTC", "offset": "1"}, "offset",
         "string_pattern_mismatch"),
        ("2026-11-23T09:00", "", "not_an_instant"),
        (["2026-11-23T09:00"], "", "not_an_instant"),
    ],
)  # fmt: skip
async def test_a_bad_shape_is_said_where_it_is(
    world: World, said: Any, pointer: str, code: str
) -> None:
    body = {**world.hours(9), "started_at": said}
    refused = await world.trainer("PUT", f"/time-entries/{uuid4()}", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_shape")
    place = f"#/started_at/{pointer}".rstrip("/")
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(place, code)]
