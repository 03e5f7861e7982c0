"""A pause takes no new time; what was worked before it stays, and a running timer is closed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.engagements import EndReason, Pause, meets_pause, paused_from
from app.domain.refusals import IllegalMove
from app.engagements import ending, pausing, queries
from app.timesheets import attending, entries, timing
from app.timesheets.refusals import EngagementNotActive
from app.timesheets.timing import TimerSaid
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, MONDAY, NOW, assert_proven, log, states
from tests.factories.told import kinds

MINUTE = timedelta(minutes=1)


async def start(session: AsyncSession, at: Deal, *, minutes: int = 0) -> object:
    said, now = TimerSaid(at.engagement.id), NOW + minutes * MINUTE
    return await timing.start_timer(session, at.worker, uuid4(), said, now=now)


async def test_no_new_time_but_what_was_worked_before(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    for _ in range(2):
        await pausing.pause(session, at.client, at.engagement.id, now=NOW)
    assert states(await log(session, at, MONDAY)) == [("recorded", 60, None)]
    assert states(await log(session, at, NOW - HOUR, now=NOW + HOUR)) == [("recorded", 60, None)]
    with pytest.raises(EngagementNotActive):
        await start(session, at)
    with pytest.raises(EngagementNotActive):
        await log(session, at, NOW - 1.5 * HOUR, 2, now=NOW + HOUR)
    for _ in range(2):
        await pausing.resume(session, at.client, at.engagement.id, now=NOW + 2 * HOUR)
    later = NOW + 4 * HOUR
    for begin, length in ((NOW, 1), (NOW + HOUR, 2), (NOW - 0.5 * HOUR, 3)):
        with pytest.raises(EngagementNotActive):
            await log(session, at, begin, length, now=later)
    assert states(await log(session, at, NOW + 2 * HOUR, now=later)) == [("recorded", 60, None)]
    assert await kinds(session, at.trainer.user_id) == ["engagement_paused", "engagement_resumed"]
    await assert_proven(session)


async def test_a_running_timer_is_closed_with_what_it_has(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    entry_id = uuid4()
    await timing.start_timer(session, at.worker, entry_id, TimerSaid(at.engagement.id), now=NOW)
    await pausing.pause(session, at.client, at.engagement.id, now=NOW + 20 * MINUTE)
    assert entry_id in await attending.due(session, now=NOW + 21 * MINUTE)
    await attending.attend(session, entry_id, now=NOW + 21 * MINUTE)
    assert entry_id not in await attending.due(session, now=NOW + 22 * MINUTE)
    entry = await entries.load(session, entry_id)
    assert entry is not None
    assert [(p.state, p.worked_seconds) for p in entry.pieces] == [("recorded", 1200)]
    await assert_proven(session)


@pytest.mark.parametrize(("minutes", "worked"), [(10, 10), (20, 20), (50, 20), (800, 20)])
@pytest.mark.parametrize("attended", [False, True])
async def test_whoever_comes_first_the_pause_is_the_end(
    session: AsyncSession, minutes: int, worked: int, *, attended: bool
) -> None:
    """A stop on a phone without a network may come long after the pause, and be before it."""
    at = await deal(session, now=NOW)
    entry_id = uuid4()
    await timing.start_timer(session, at.worker, entry_id, TimerSaid(at.engagement.id), now=NOW)
    await pausing.pause(session, at.client, at.engagement.id, now=NOW + 20 * MINUTE)
    if attended:
        await attending.attend(session, entry_id, now=NOW + 21 * MINUTE)
    entry = await timing.stop_timer(
        session, at.worker, entry_id, stopped_at=NOW + minutes * MINUTE, now=NOW + 900 * MINUTE
    )
    assert [p.worked_seconds for p in entry.pieces] == [worked * 60]
    await assert_proven(session)


async def test_a_timer_that_slipped_in_is_closed_too(session: AsyncSession) -> None:
    """It had read the engagement before the pause was committed."""
    at = await deal(session, now=NOW)
    entry_id = uuid4()
    said = TimerSaid(at.engagement.id)
    await timing.start_timer(session, at.worker, entry_id, said, now=NOW + MINUTE)
    await pausing.pause(session, at.client, at.engagement.id, now=NOW)
    await attending.attend(session, entry_id, now=NOW + 3 * MINUTE)
    entry = await entries.load(session, entry_id)
    assert entry is not None
    assert [(p.state, p.worked_seconds) for p in entry.pieces] == [("recorded", 1)]
    await assert_proven(session)


async def test_an_end_ends_the_pause(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    await pausing.pause(session, at.client, at.engagement.id, now=NOW)
    await ending.end(
        session, at.client, at.engagement.id, reason=EndReason.WORK_DONE, explanation="Done.",
        now=NOW + HOUR,
    )  # fmt: skip
    facts = await queries.get_engagement(session, at.engagement.id)
    assert facts.pauses == (Pause(NOW, NOW + HOUR),)
    with pytest.raises(EngagementNotActive):
        await log(session, at, NOW, now=NOW + 3 * HOUR)
    with pytest.raises(IllegalMove):
        await pausing.resume(session, at.client, at.engagement.id, now=NOW + 2 * HOUR)


_pauses = st.lists(st.integers(0, 60), min_size=1, max_size=9, unique=True).map(
    lambda at: [
        Pause(NOW + a * MINUTE, NOW + b * MINUTE if b is not None else None)
        for a, b in zip(sorted(at)[::2], [*sorted(at)[1::2], None], strict=False)
    ]
)


@given(_pauses, st.integers(-5, 65), st.integers(1, 70))
def test_paused_time_is_every_minute_of_a_pause(
    pauses: list[Pause], start: int, length: int
) -> None:
    def paused(minute: int) -> bool:
        at = NOW + minute * MINUTE
        return any(p.paused_at <= at < (p.resumed_at or at + MINUTE) for p in pauses)

    begin = NOW + start * MINUTE
    minutes = range(start, start + length)
    assert meets_pause(pauses, begin, begin + length * MINUTE) == any(map(paused, minutes))
    first = next((m for m in range(start, 140) if paused(m)), None)
    assert paused_from(pauses, begin) == (None if first is None else NOW + first * MINUTE)
