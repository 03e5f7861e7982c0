"""A flood of one kind of job neither takes a worker's connections nor keeps the others waiting."""

import asyncio
from collections import Counter
from collections.abc import Mapping

from app.api.door import Runtime
from app.domain.errands import Errand
from app.jobs import worker
from app.jobs.handlers import HANDLERS
from app.jobs.lanes import LANES, Lane
from app.jobs.toolbox import Toolbox
from app.kit import queue
from app.main import toolbox_of

WIDE = 4
FLOOD = 30


def test_every_errand_has_one_lane_and_every_lane_is_even() -> None:
    lanes = Counter(errand for lane in LANES for errand in lane.errands)
    assert lanes == Counter(HANDLERS.keys())
    assert all(lane.at_once >= 4 and lane.at_once % 2 == 0 for lane in LANES)


async def test_a_flood_takes_no_more_than_its_lane_and_the_others_go_on(
    runtime: Runtime, database_url: str
) -> None:
    in_hand, most, done = 0, 0, 0
    dam, passed, full, over, stop = (asyncio.Event() for _ in range(5))

    async def flooding(tools: Toolbox, ids: Mapping[str, str]) -> None:
        nonlocal in_hand, most, done
        in_hand += 1
        most = max(most, in_hand)
        if in_hand == WIDE:
            full.set()
        await dam.wait()
        in_hand, done = in_hand - 1, done + 1
        if done == FLOOD:
            over.set()

    async def urgent(tools: Toolbox, ids: Mapping[str, str]) -> None:
        passed.set()

    lanes = (
        Lane("flood", WIDE, frozenset({Errand.HANDLE_STRIPE_EVENT})),
        Lane("urgent", WIDE, frozenset({Errand.SEND_PAYOUT})),
    )
    handlers = {Errand.HANDLE_STRIPE_EVENT: flooding, Errand.SEND_PAYOUT: urgent}
    async with runtime.database.begin() as session:
        await queue.enqueue_all(
            session, Errand.HANDLE_STRIPE_EVENT, {f"{n}": {} for n in range(FLOOD)}
        )
    working = asyncio.create_task(
        worker.run(toolbox_of(runtime), stop, url=database_url, lanes=lanes, handlers=handlers)
    )
    async with asyncio.timeout(60):
        await full.wait()
        async with runtime.database.begin() as session:
            await queue.enqueue(session, Errand.SEND_PAYOUT, {})
        await passed.wait()
        assert (in_hand, most, done) == (WIDE, WIDE, 0)
        dam.set()
        await over.wait()
        stop.set()
        await working
    assert most == WIDE
