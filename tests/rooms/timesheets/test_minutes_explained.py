"""Each minute of a timesheet is explained, and the explanation comes to what the timesheet says."""

import itertools
from collections import Counter
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.contests import ContestReason
from app.domain.minutes import COUNTING, Begin, Standing
from app.domain.rates import DatedRate
from app.domain.refusals import NotFound, Refusal
from app.domain.timesheets import OverCapReason
from app.engagements import bill_terms, pay_terms
from app.timesheets import (
    approving,
    bill_minutes,
    contesting,
    deciding,
    for_companies,
    for_trainers,
    pay_minutes,
    submitting,
)
from app.timesheets.contesting import Objection
from app.timesheets.deciding import Decision
from app.timesheets.explaining import Story
from app.timesheets.tables import TimeEntry, Timesheet
from tests.factories import quick
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, MONDAY, NOW, log
from tests.factories.life import Life, two_jobs

SECOND = timedelta(seconds=1)


async def both(session: AsyncSession, at: Deal) -> list[tuple[Story, Story]]:
    """(hers, theirs) of each timesheet of an engagement, oldest week first, checked against the
    figures that the two doors show."""
    found = []
    for sheet_id in await session.scalars(
        select(Timesheet.id)
        .where(Timesheet.engagement_id == at.engagement.id)
        .order_by(Timesheet.week_starts_at)
    ):
        hers = await pay_minutes.explain(session, at.worker, sheet_id)
        theirs = await bill_minutes.explain(session, at.client, sheet_id)
        earned = (await for_trainers.with_amount(session, at.worker, hers.sheet)).amount
        billed = (await for_companies.with_amount(session, theirs.sheet)).amount
        assert (hers.minutes, hers.minor) == (earned.minutes, earned.earned.minor)
        assert (theirs.minutes, theirs.minor) == (billed.minutes, billed.billed.minor)
        for story in (hers, theirs):
            assert_adds_up(story)
        found.append((hers, theirs))
    return found


def assert_adds_up(story: Story) -> None:
    """Parts are the whole entry; counted seconds are the groups' seconds; each sum is rounded."""
    counted: Counter[tuple[object, int]] = Counter()
    for parts in story.entries:
        for one, following in itertools.pairwise(parts):
            assert one.piece.ended_at is not None
            assert following.piece.started_at >= one.piece.ended_at
            if following.begin is Begin.WEEK:
                assert following.piece.started_at == following.piece.week_starts_at
        for part in parts:
            assert sum(part.seconds_by_rate.values()) == part.piece.worked_seconds
            if part.standing in COUNTING:
                for rate, seconds in part.seconds_by_rate.items():
                    counted[part.piece.week_starts_at, rate] += seconds
    grouped: Counter[tuple[object, int]] = Counter()
    for group in story.groups:
        grouped[group.week_starts_at, group.rate_minor] += group.here.seconds
        assert group.together.minutes == (2 * group.together.seconds + 60) // 120
        assert group.together.minor == (2 * group.together.minutes * group.rate_minor + 60) // 120
    assert grouped == counted


@pytest.mark.parametrize("seed", quick.first([11, 12]))
async def test_any_life_is_explained(session: AsyncSession, seed: int) -> None:
    await live(session, seed, steps=120, every=30)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
async def test_any_long_life_is_explained(session: AsyncSession, seed: int) -> None:
    await live(session, seed, steps=400, every=20)


async def live(session: AsyncSession, seed: int, *, steps: int, every: int) -> None:
    jobs = await two_jobs(session)
    life = Life(session, jobs, Random(seed), ids=[])
    seen: Counter[Standing] = Counter()
    for step in range(steps):
        try:
            async with session.begin_nested():
                await life.deed()()
        except Refusal:
            pass
        if step % every == every - 1:
            for at in jobs:
                for stories in await both(session, at):
                    seen.update(
                        part.standing for s in stories for parts in s.entries for part in parts
                    )
    assert seen[Standing.COUNTS] > 0
    assert len(seen) >= 3, seen


async def test_a_sheet_with_one_of_everything(session: AsyncSession) -> None:
    """A week of 3 hours; an entry over its start, one over its cap, an allowed and a declined rest,
    a contested one, and a rate that rose on Tuesday."""
    at = await deal(session, now=NOW, weekly_minutes=180)
    tuesday = LAST_WEEK + 24 * HOUR
    await pay_terms.add_rate(session, at.engagement.id, DatedRate(tuesday, 18_000, "USD"))
    await bill_terms.add_rate(session, at.engagement.id, DatedRate(tuesday, 22_500, "USD"))
    over_start = await log(session, at, LAST_WEEK - HOUR, 1.5)
    over_rate = await log(session, at, tuesday - HOUR + 31 * SECOND, 1)
    over_cap = await log(session, at, tuesday + 9 * HOUR, 2.5)
    rests = [piece for piece in over_cap.entry.pieces if piece.binding_cap]
    assert [p.worked_seconds for p in over_cap.entry.pieces] == [5_400, 3_600]
    waits = await log(session, at, tuesday + 15 * HOUR, 1)
    await deciding.decide_over_cap(session, at.client, rests[0].id, Decision(True), now=NOW)
    no = Decision(False, OverCapReason.NOT_AGREED, "Nobody asked for it.")
    declined = await log(session, at, tuesday + 18 * HOUR, 1)
    await deciding.decide_over_cap(session, at.client, declined.entry.root.id, no, now=NOW)
    hers, theirs = (await both(session, at))[1]
    assert [[(p.begin, p.standing) for p in parts] for parts in hers.entries] == [
        [(Begin.AS_SAID, Standing.COUNTS_ELSEWHERE), (Begin.WEEK, Standing.COUNTS)],
        [(Begin.AS_SAID, Standing.COUNTS)],
        [(Begin.AS_SAID, Standing.COUNTS), (Begin.CAP, Standing.COUNTS_BEYOND_CAP)],
        [(Begin.AS_SAID, Standing.WAITS_BEYOND_CAP)],
        [(Begin.AS_SAID, Standing.DECLINED)],
    ]
    assert [list(p.seconds_by_rate.items()) for p in hers.entries[1]] == [
        [(12_000, 3_569), (18_000, 31)]
    ]
    # 1,800 + 3,569 s before Tuesday are 89 min 29 s; 31 + 9,000 s after it 150 min 31 s.
    assert [(g.rate_minor, g.here.seconds, g.here.minutes) for g in hers.groups] == [
        (12_000, 5_369, 89), (18_000, 9_031, 151),
    ]  # fmt: skip
    assert [(g.rate_minor, g.here.minutes) for g in theirs.groups] == [(15_000, 89), (22_500, 151)]
    assert hers.minutes == theirs.minutes == 240

    sheet_id = hers.sheet.id
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    objection = Objection(over_rate.entry.root.id, ContestReason.DUPLICATE, "Twice.")
    await contesting.contest_entries(session, at.client, sheet_id, [objection], now=NOW)
    hers, _ = (await both(session, at))[1]
    assert hers.entries[1][0].standing is Standing.CONTESTED
    assert hers.entries[1][0].contest is not None
    assert hers.minutes == 30 + 150
    contest_id = hers.entries[1][0].contest.id
    await contesting.withdraw_contest(session, at.client, contest_id, now=NOW + HOUR)
    hers, _ = (await both(session, at))[1]
    assert hers.minutes == 240
    # The contested hour has lines of its own, on top of those that were approved before.
    assert [(g.rate_minor, g.earlier.seconds, g.here.minutes) for g in hers.groups] == [
        (12_000, 0, 30), (12_000, 1_800, 59), (18_000, 0, 150), (18_000, 9_000, 1),
    ]  # fmt: skip
    assert over_start.entry.root.id == hers.entries[0][0].piece.root_id
    assert waits.entry.root.id == hers.entries[3][0].piece.root_id


async def test_late_time_takes_up_where_earlier_lines_ended(session: AsyncSession) -> None:
    """Twice 90 seconds of one week on two sheets: 2 minutes, then 1."""
    at = await deal(session, now=NOW)
    first = await log(session, at, LAST_WEEK, 0.025)
    sheet_id = first.entry.root.timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    await approving.approve(session, at.client, sheet_id, now=NOW)
    await log(session, at, LAST_WEEK + HOUR, 0.025)
    await log(session, at, MONDAY, 1)
    (early, _), (late, _) = await both(session, at)
    assert early.minutes == 2
    assert [(g.week_starts_at, g.earlier.minutes, g.here.minutes) for g in late.groups] == [
        (LAST_WEEK, 2, 1), (MONDAY, 0, 60),
    ]  # fmt: skip


async def test_a_timer_that_runs_is_told(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    await log(session, at, MONDAY, 1)
    life = Life(session, [at], Random(1), ids=[])
    await life.start()
    ((hers, theirs),) = await both(session, at)
    assert [parts[0].standing for parts in hers.entries] == [Standing.COUNTS, Standing.RUNNING]
    assert hers.minutes == theirs.minutes == 60


async def test_only_its_own_sides_may_ask(session: AsyncSession) -> None:
    at, other = await deal(session, now=NOW), await deal(session, now=NOW)
    done = await log(session, at, MONDAY, 1)
    sheet_id = done.entry.root.timesheet_id
    assert sheet_id is not None
    for id_ in (sheet_id, uuid4()):
        with pytest.raises(NotFound):
            await pay_minutes.explain(session, other.worker, id_)
        with pytest.raises(NotFound):
            await bill_minutes.explain(session, other.client, id_)


async def test_nothing_is_written_by_explaining(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    await log(session, at, MONDAY, 1)
    before = [tuple(row) for row in await session.execute(select(TimeEntry.id, TimeEntry.version))]
    await both(session, at)
    assert not session.dirty
    assert not session.new
    after = [tuple(row) for row in await session.execute(select(TimeEntry.id, TimeEntry.version))]
    assert before == after
