"""A server's clock that jumps: back two hours, an hour to and fro, five minutes off for tokens."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.jobs import schedules
from app.ledger.tables import PostingGroup
from app.main import toolbox_of
from app.timesheets.tables import TimesheetStep
from tests.factories.time_doors import World, assert_proven


async def sweep(world: World) -> None:
    await schedules.run_all(toolbox_of(world.runtime))


async def done_so_far(world: World) -> tuple[list[str], int]:
    """What the clock did: steps of sheets, postings."""
    async with world.runtime.database.begin() as session:
        steps = await session.scalars(select(TimesheetStep.event).order_by(TimesheetStep.at))
        postings = await session.scalar(select(func.count()).select_from(PostingGroup))
    return list(steps), postings or 0


async def test_back_two_hours_while_a_timer_runs(world: World) -> None:
    id_, said = str(uuid4()), {"engagement_id": world.engagement_id}
    await world.trainer("PUT", f"/time-entries/{id_}/timer", said)
    world.later(hours=-2)
    await sweep(world)
    still: Any = (await world.trainer("GET", f"/time-entries/{id_}")).json()
    assert still["state"] == "running"
    again = await world.trainer("PUT", f"/time-entries/{id_}/timer", said)
    assert (again.status_code, again.json()["id"]) == (200, id_)
    stopped = await world.trainer("POST", f"/time-entries/{id_}/stop")
    # She stopped before she started, as far as this clock knows: a second is the least there is.
    assert (stopped.status_code, stopped.json()["worked_seconds"]) == (200, 1)
    other = await world.trainer("PUT", f"/time-entries/{uuid4()}/timer", said)
    assert other.status_code in (201, 409), other.text
    world.later(hours=1)
    await sweep(world)
    await assert_proven(world)


async def test_back_two_hours_and_on_again_does_nothing_twice(world: World) -> None:
    """Over the moment at which the week is handed in, and over that of its approval."""
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9))
    seen = []
    for days, minutes in ((0, (30, 90, -30, 30, 90)), (5, (60, 120, 0, 60, 180))):
        for each in minutes:
            world.later(days=days, minutes=each)
            await sweep(world)
            seen.append(await done_so_far(world))
    handed_in, approved = (["submit"], 0), (["submit", "approve"], 1)
    assert seen == [([], 0), *[handed_in] * 5, *[approved] * 4]
    await assert_proven(world)


@pytest.mark.parametrize("seconds", [-3600, -300, 300, 3500])
async def test_tokens_outlive_a_clock_that_is_off(world: World, seconds: int) -> None:
    world.later(seconds=seconds)
    assert (await world.trainer("GET", "/me")).status_code == 200
    key = {"Idempotency-Key": str(uuid4())}
    path = "/time-entries/sync"
    body = {"items": [{"entry_id": str(uuid4()), **world.hours(9)}]}
    first = await world.trainer("POST", path, body, **key)
    world.later(seconds=0)
    replayed = await world.trainer("POST", path, body, **key)
    assert (replayed.content, replayed.headers["idempotent-replayed"]) == (first.content, "true")
