"""Many entries in one call come to what they would have come to one after the other."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.engagements import EndReason
from app.domain.refusals import Refusal
from app.engagements import ending
from app.kit.db import Database
from app.timesheets import proof, recording, submitting, syncing
from app.timesheets.recording import TimeSaid
from app.timesheets.syncing import Item, Outcome, Result
from app.timesheets.tables import TimeEntry, TrainerWeekCap
from tests.factories import quick
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, MONDAY, NOW, assert_proven, counters, log

MINUTE = timedelta(minutes=1)


def item(at: Deal, start: Any, hours: float = 1, *, id_: UUID | None = None, **more: Any) -> Item:
    return Item(id_ or uuid4(), TimeSaid(at.engagement.id, start, start + hours * HOUR, **more))


def random_items(at: Deal, random: Random, number: int) -> list[Item]:
    """Overlaps, repeats with the same and with other content, and times that can never be."""
    items: list[Item] = []
    for _ in range(number):
        start = LAST_WEEK + random.randrange(0, 9 * 24 * 60) * MINUTE
        length = random.choice([0.25, 1, 3, 3, 5, 0, -1, 200])
        repeated = items and random.random() < 0.2
        if repeated and random.random() < 0.5:
            items.append(random.choice(items))
            continue
        id_ = random.choice(items).entry_id if repeated else uuid4()
        if random.random() < 0.05:
            start -= timedelta(days=random.choice([40, 400]))
        if random.random() < 0.05:
            start += timedelta(days=20)
        items.append(item(at, start, length, id_=id_))
    return items


async def one_by_one(session: AsyncSession, at: Deal, items: Sequence[Item]) -> list[Any]:
    """(code of the refusal | seconds by state, version) of each."""
    found: list[Any] = []
    for each in items:
        assert each.said is not None
        try:
            async with session.begin_nested():
                done = await recording.record_time(
                    session, at.worker, each.entry_id, each.said, now=NOW
                )
        except Refusal as refusal:
            found.append(refusal.code)
            continue
        over = sum(p.worked_seconds for p in done.entry.pieces if p.state == "over_cap")
        found.append((done.entry.state.value, done.entry.worked_seconds, over))
    return found


def told(result: Result) -> Any:
    if result.refusal is not None:
        return result.refusal.code
    assert result.state is not None
    return (result.state.value, result.worked_seconds, result.over_cap_seconds)


async def rows(session: AsyncSession) -> list[Any]:
    columns = (
        TimeEntry.id, TimeEntry.root_id, TimeEntry.state, TimeEntry.started_at, TimeEntry.ended_at,
        TimeEntry.week_starts_at, TimeEntry.binding_cap, TimeEntry.decide_by_at, TimeEntry.version,
        TimeEntry.said_started_at, TimeEntry.said_ended_at, TimeEntry.note,
    )  # fmt: skip
    return [tuple(row) for row in await session.execute(select(*columns).order_by(TimeEntry.id))]


@pytest.mark.parametrize("seed", quick.first(range(5), 2))
async def test_together_is_one_after_the_other(session: AsyncSession, seed: int) -> None:
    random = Random(seed)
    at = await deal(
        session, now=NOW, weekly_minutes=random.choice([300, 2_400]), budget_minor=400_000,
        pay_week_timezone="America/New_York", pay_week_first_day=3,
    )  # fmt: skip
    session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=1_500))
    await log(session, at, MONDAY + 5 * HOUR, 2)
    items = random_items(at, random, 60)
    trainer = at.worker
    trial = await session.begin_nested()
    expected = await one_by_one(session, at, items)
    expected_rows, expected_counters = await rows(session), await counters(session)
    await trial.rollback()
    found = await syncing.take_new(session, trainer, items, now=NOW)
    assert [told(each) for each in found] == expected
    assert len({type(told(each)) for each in found}) == 2
    assert await rows(session) == expected_rows
    moved = {name: used for name, used in (await counters(session)).items() if used}
    assert moved == {name: used for name, used in expected_counters.items() if used}
    await assert_proven(session)


async def test_again_is_unchanged_edits_and_deletions_go_along(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW, weekly_minutes=90)
        other = await deal(session, now=NOW, trainer=at.trainer)
    first, second, third = (item(at, MONDAY + n * HOUR) for n in range(3))
    elsewhere = item(other, MONDAY + 12 * HOUR)
    items = [first, elsewhere, second, third]
    found = await syncing.sync(database, at.worker, items, now=NOW)
    assert [each.entry_id for each in found] == [each.entry_id for each in items]
    assert [each.outcome for each in found] == ["accepted", "accepted", "over_cap", "over_cap"]
    assert [each.over_cap_seconds for each in found] == [0, 0, 1_800, 3_600]
    again = await syncing.sync(database, at.worker, items, now=NOW)
    assert {each.outcome for each in again} == {Outcome.UNCHANGED}
    assert [told(each) for each in again] == [told(each) for each in found]
    assert first.said is not None
    shorter = TimeSaid(at.engagement.id, first.said.started_at, first.said.ended_at - 30 * MINUTE)
    changed = await syncing.sync(
        database,
        at.worker,
        [
            Item(first.entry_id, shorter, if_version=1),
            Item(first.entry_id, shorter, if_version=1),
            Item(first.entry_id, first.said, if_version=1),
            Item(third.entry_id, None),
            Item(third.entry_id, None),
            Item(uuid4(), None),
        ],
        now=NOW,
    )
    assert [each.refusal.code if each.refusal else each.outcome.value for each in changed] == [
        "accepted", "unchanged", "version_differs", "deleted", "deleted", "not_found",
    ]  # fmt: skip
    async with database.begin() as session:
        await assert_proven(session)


async def test_an_end_at_noon_parts_the_day(session: AsyncSession) -> None:
    """Each item of a day is held against the end, whatever was said of an earlier one."""
    at = await deal(session, now=NOW)
    await ending.end(
        session, at.client, at.engagement.id, reason=EndReason.WORK_DONE, explanation="Done.",
        now=NOW,
    )  # fmt: skip
    before, after = item(at, NOW - HOUR), item(at, NOW + HOUR)
    now = NOW + 4 * HOUR
    for items in ([before, after], [after, item(at, NOW - 3 * HOUR)]):
        found = await syncing.take_new(session, at.worker, items, now=now)
        codes = {told(each) for each in found}
        assert codes == {("recorded", 3_600, 0), "engagement_not_active"}


async def test_ids_of_others_and_engagements_of_others_are_refused_alone(
    database: Database,
) -> None:
    async with database.begin() as session:
        at, rival = await deal(session, now=NOW), await deal(session, now=NOW)
        theirs = (await log(session, rival, MONDAY)).entry.root.root_id
    good = item(at, MONDAY)
    found = await syncing.sync(
        database,
        at.worker,
        [item(at, MONDAY + HOUR, id_=theirs), good, item(rival, MONDAY + 2 * HOUR)],
        now=NOW,
    )
    assert [told(each) for each in found] == [
        "already_used", ("recorded", 3_600, 0), "not_found",
    ]  # fmt: skip


async def test_a_closed_week_takes_late_entries_on_the_next_sheet(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW)
        sheet = (await log(session, at, LAST_WEEK)).entry.root.timesheet_id
        assert sheet is not None
        await submitting.submit(session, at.worker, sheet, now=NOW)
    late = item(at, LAST_WEEK + 5 * HOUR)
    (found,) = await syncing.sync(database, at.worker, [late], now=NOW)
    assert found.outcome is Outcome.ACCEPTED
    async with database.begin() as session:
        row = await session.get(TimeEntry, late.entry_id)
        assert row is not None
        assert row.timesheet_id != sheet
        assert row.week_starts_at == LAST_WEEK.replace(hour=row.week_starts_at.hour)
        for identity in await proof.prove(session):
            assert identity.holds, identity
