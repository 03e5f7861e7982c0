"""The short ways of the trainer door answer what their routes would, byte for byte."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.api.trainer.build import POLICY
from tests.factories.time_doors import World, assert_proven, assert_walls

THIS_WEEK = 7 * 24


class Ways:
    """Which way the last call went; `open` shuts the short ones."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = True
        self.short: list[str] = []
        for name, way in dict(POLICY.usual).items():
            monkeypatch.setitem(POLICY.usual, name, self._counted(name, way))

    def _counted(self, name: str, way: Any) -> Any:
        async def counted(request: Any, runtime: Any) -> Any:
            answer = await way(request, runtime) if self.open else None
            if answer is not None:
                self.short.append(name)
            return answer

        return counted


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    return Ways(monkeypatch)


def without_request_id(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


def assert_same(one: httpx.Response, other: httpx.Response) -> None:
    assert one.content == other.content
    assert without_request_id(one) == without_request_id(other)


async def test_a_new_entry(world: World, ways: Ways) -> None:
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 0.25))
    assert ways.short == []  # the week began with it
    path, said = f"/time-entries/{uuid4()}", world.hours(10, 0.25, note="Zwölf Antworten ✓")
    made = await world.trainer("PUT", path, said)
    assert (made.status_code, ways.short) == (201, ["record_time"])
    again = await world.trainer("PUT", path, said)
    assert (again.status_code, ways.short) == (200, ["record_time"])
    assert_same(made, again)
    await assert_proven(world)
    assert_walls(world)


@pytest.mark.parametrize("clock_off_minutes", [None, 0, -7, 90])
async def test_a_timer(world: World, ways: Ways, clock_off_minutes: int | None) -> None:
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(THIS_WEEK + 9, 0.25))
    path = f"/time-entries/{uuid4()}"
    said: dict[str, Any] = {"engagement_id": world.engagement_id, "note": "Am Krankenbett"}
    off = timedelta(minutes=clock_off_minutes or 0)
    if clock_off_minutes is not None:
        said["started_at"] = (world.runtime.clock.now() + off).isoformat()
    started = await world.trainer("PUT", f"{path}/timer", said)
    assert (started.status_code, ways.short) == (201, ["start_timer"])
    again = await world.trainer("PUT", f"{path}/timer", said)
    assert (again.status_code, ways.short) == (200, ["start_timer"])
    assert again.content == started.content
    await assert_proven(world)
    world.later(minutes=20)
    at = world.runtime.clock.now() - timedelta(minutes=5)
    stop = {"stopped_at": (at + off).isoformat()}
    stopped = await world.trainer("POST", f"{path}/stop", stop)
    assert (stopped.status_code, ways.short) == (200, ["start_timer", "stop_timer"])
    worked = (at - datetime.fromisoformat(started.json()["started_at"])).total_seconds()
    assert abs(stopped.json()["worked_seconds"] - worked) <= 5  # the requests took their time
    again = await world.trainer("POST", f"{path}/stop", {})
    assert ways.short == ["start_timer", "stop_timer"]
    assert_same(stopped, again)
    await assert_proven(world)
    assert_walls(world)


async def test_a_stop_with_a_key_is_kept(world: World, ways: Ways) -> None:
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(THIS_WEEK + 9, 0.25))
    path = f"/time-entries/{uuid4()}"
    await world.trainer("PUT", f"{path}/timer", {"engagement_id": world.engagement_id})
    world.later(minutes=20)
    key = {"Idempotency-Key": str(uuid4())}
    stopped = await world.trainer("POST", f"{path}/stop", {}, **key)
    replayed = await world.trainer("POST", f"{path}/stop", {}, **key)
    assert ways.short == ["start_timer"]
    assert replayed.headers["idempotent-replayed"] == "true"
    assert replayed.content == stopped.content


async def test_what_is_left(world: World, ways: Ways) -> None:
    path = f"/engagements/{world.engagement_id}/allowance"
    for number in range(3):
        short = await world.trainer("GET", path)
        ways.open = False
        long = await world.trainer("GET", path)
        ways.open = True
        assert len(ways.short) == number + 1
        assert_same(short, long)
        known = await world.trainer("GET", path, **{"If-None-Match": short.headers["etag"]})
        assert known.status_code == 304
        ways.short.pop()
        ways.open = False
        await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9 + number, 0.5))
        ways.open = True


async def test_refusals_are_the_routes(world: World, ways: Ways) -> None:
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 0.25))
    path, said = f"/time-entries/{uuid4()}", world.hours(10, 0.25)
    answers = [
        await world.trainer("PUT", path, {**said, "more": 1}),
        await world.trainer("PUT", "/time-entries/one", said),
        await world.trainer("PUT", path, said, **{"If-Match": '"1"'}),
        await world.trainer("PUT", path, world.hours(9, 0.25)),
        await world.stranger("PUT", path, said),
        await world.stranger("GET", f"/engagements/{world.engagement_id}/allowance"),
        await world.trainer("GET", "/engagements/one/allowance"),
    ]
    assert [a.status_code for a in answers] == [422, 422, 412, 409, 404, 404, 422]
    world.trainer.token = "nobody's"
    assert (await world.trainer("PUT", path, said)).status_code == 401
    assert (
        await world.trainer("GET", f"/engagements/{world.engagement_id}/allowance")
    ).status_code == 401
    assert ways.short == []


@pytest.mark.parametrize("fault", [OSError(), asyncpg.InterfaceError("closed")])
async def test_a_lost_connection_costs_nothing(
    world: World, ways: Ways, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 0.25))
    real = type(world.runtime.database.calls).row

    async def lost(self: Any, statement: str, *values: Any) -> Any:
        await real(self, statement, *values)
        raise fault

    monkeypatch.setattr(type(world.runtime.database.calls), "row", lost)
    path, said = f"/time-entries/{uuid4()}", world.hours(10, 0.25)
    made = await world.trainer("PUT", path, said)
    # It was committed before the connection broke: the route finds it there.
    assert (made.status_code, made.json()["worked_seconds"]) == (200, 900)
    assert ways.short == []
    await assert_proven(world)
