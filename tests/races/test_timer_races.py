"""R4 and approvals: many at once at one timer, one sheet, one engagement."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import NotFound, Refusal
from app.kit.db import Database
from app.timesheets import approving, attending, deciding, proof, recording, submitting, timing
from app.timesheets.deciding import Decision
from app.timesheets.queries import EntryFacts
from app.timesheets.refusals import VersionDiffers
from app.timesheets.tables import Approval, TimeEntry
from app.timesheets.timing import Started, TimerSaid
from tests.factories import people, quick
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, MONDAY, NOW, log
from tests.factories.life import Life, two_jobs
from tests.races.waiting import waiting_for_locks

MINUTE = timedelta(minutes=1)


async def at_once(tries: Sequence[Awaitable[object]]) -> list[object]:
    return list(await asyncio.gather(*tries, return_exceptions=True))


async def begin(database: Database, at: Deal, id_: UUID) -> Started:
    async with database.begin() as session:
        return await timing.start_timer(
            session, at.worker, id_, TimerSaid(at.engagement.id), now=NOW
        )


async def end(database: Database, at: Deal, id_: UUID, minutes: int) -> EntryFacts:
    async with database.begin() as session:
        return await timing.stop_timer(
            session, at.worker, id_, stopped_at=None, now=NOW + minutes * MINUTE
        )


async def tick(database: Database, id_: UUID, minutes: int) -> None:
    async with database.begin() as session:
        await attending.attend(session, id_, now=NOW + minutes * MINUTE)


async def approve(database: Database, at: Deal, sheet_id: UUID) -> object:
    async with database.begin() as session:
        return await approving.approve(session, at.client, sheet_id, now=NOW)


async def assert_proven(database: Database) -> None:
    async with database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity


async def handed_in(session: AsyncSession, at: Deal, *hours: float) -> UUID:
    sheet_id = None
    for n, length in enumerate(hours):
        done = await log(session, at, MONDAY + 3 * n * HOUR, length)
        sheet_id = done.entry.root.timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    return sheet_id


async def test_fifty_starts_at_once_are_one_running_timer(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW)
    ids = [uuid4() for _ in range(50)]
    answers = await at_once([begin(database, at, id_) for id_ in ids])
    codes = Counter(a.code if isinstance(a, Refusal) else type(a).__name__ for a in answers)
    assert codes == {"Started": 1, "timer_already_running": 49}
    await assert_proven(database)


async def test_fifty_times_the_same_start_and_the_same_stop(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW)
    id_ = uuid4()
    before = await at_once([end(database, at, id_, 1)])
    assert isinstance(before[0], NotFound)
    started = await at_once([begin(database, at, id_) for _ in range(50)])
    assert sum(isinstance(a, Started) and a.created for a in started) == 1
    assert all(isinstance(a, Started) for a in started)
    minutes = list(range(1, 51))
    Random(4).shuffle(minutes)
    stopped = await at_once([end(database, at, id_, n) for n in minutes])
    assert all(isinstance(a, EntryFacts) for a in stopped)
    assert len({a.pieces for a in stopped if isinstance(a, EntryFacts)}) == 1
    await assert_proven(database)


async def test_starts_stops_and_the_clock_all_at_once(database: Database) -> None:
    """Whatever the order: one entry, every minute of it somewhere, the counters right."""
    seed = 50
    print(f"seed {seed}")
    async with database.begin() as session:
        at = await deal(session, now=NOW, weekly_minutes=45)
    id_ = uuid4()
    await begin(database, at, id_)
    tries: list[Awaitable[object]] = [
        *(begin(database, at, id_) for _ in range(10)),
        *(begin(database, at, uuid4()) for _ in range(10)),
        *(tick(database, id_, 50) for _ in range(10)),
        *(end(database, at, id_, 70) for _ in range(10)),
    ]
    Random(seed).shuffle(tries)
    answers = await at_once(tries)
    assert [a for a in answers if isinstance(a, Exception) and not isinstance(a, Refusal)] == []
    entry = await end(database, at, id_, 99)
    assert sum(p.worked_seconds for p in entry.pieces) == 70 * 60
    assert [p.state.value for p in entry.pieces] == ["recorded", "over_cap"]
    assert entry.root.worked_seconds == 45 * 60
    async with database.begin() as session:
        running = select(func.count()).select_from(TimeEntry).where(TimeEntry.state == "running")
        assert await session.scalar(running) == 0
    await assert_proven(database)


async def test_twenty_approvals_of_one_sheet_are_one(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW)
        sheet_id = await handed_in(session, at, 1, 0.5)
    answers = await at_once([approve(database, at, sheet_id) for _ in range(20)])
    assert [a for a in answers if isinstance(a, BaseException)] == []
    async with database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Approval)) == 1
    await assert_proven(database)


async def test_two_sheets_with_time_of_one_week_round_once(database: Database) -> None:
    """90 s of last week on each sheet: together 3 minutes, whichever approval comes first."""
    async with database.begin() as session:
        at = await deal(session, now=NOW)
        first = (await log(session, at, LAST_WEEK, 0.025)).entry.root.timesheet_id
        assert first is not None
        await submitting.submit(session, at.worker, first, now=NOW)
        late = (await log(session, at, LAST_WEEK + HOUR, 0.025)).entry.root.timesheet_id
        assert late is not None
        await submitting.submit(session, at.worker, late, now=NOW)
    tries = [approve(database, at, sheet_id) for sheet_id in (first, late) for _ in range(8)]
    assert [a for a in await at_once(tries) if isinstance(a, BaseException)] == []
    await assert_proven(database)


async def test_bulk_approvals_in_opposite_orders_do_not_wait_in_a_circle(
    database: Database,
) -> None:
    async with database.begin() as session:
        one = await deal(session, now=NOW)
        deals = [one, *[await deal(session, now=NOW, company=one.company) for _ in range(7)]]
        sheets = [await handed_in(session, each, 1) for each in deals]

    async def bulk(order: Sequence[UUID]) -> object:
        async with database.begin() as session:
            return await approving.approve_many(session, one.client, order, now=NOW)

    tries = [bulk(sheets if n % 2 else sheets[::-1]) for n in range(8)]
    assert [a for a in await at_once(tries) if isinstance(a, BaseException)] == []
    async with database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Approval)) == 8
    await assert_proven(database)


async def test_logging_while_the_week_is_handed_in(database: Database) -> None:
    """No entry is left recorded on a submitted sheet, whoever was first."""
    async with database.begin() as session:
        at = await deal(session, now=NOW)
        sheet_id = (await log(session, at, MONDAY)).entry.root.timesheet_id
        assert sheet_id is not None

    async def add(n: int) -> object:
        async with database.begin() as session:
            return await log(session, at, MONDAY + (n + 1) * 15 * MINUTE + HOUR, 0.2)

    async def submit() -> object:
        async with database.begin() as session:
            return await submitting.submit(session, at.worker, sheet_id, now=NOW)

    tries = [submit() if n == 10 else add(n) for n in range(24)]
    assert [a for a in await at_once(tries) if isinstance(a, BaseException)] == []
    await assert_proven(database)


async def test_deciding_editing_and_deleting_at_once(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW, weekly_minutes=30)
        id_ = uuid4()
        done = await log(session, at, MONDAY, id_=id_)
    over = done.entry.pieces[1].id

    async def decide() -> object:
        async with database.begin() as session:
            return await deciding.decide_over_cap(
                session, at.client, over, Decision(allow=True), now=NOW
            )

    async def edit(hours: float) -> object:
        async with database.begin() as session:
            return await log(session, at, MONDAY, hours, id_=id_, if_version=1)

    async def delete() -> object:
        async with database.begin() as session:
            return await recording.delete_time(session, at.worker, id_, now=NOW)

    tries: list[Awaitable[object]] = []
    for n in range(8):
        tries += [decide(), edit(1 + n / 10), delete()]
    Random(8).shuffle(tries)
    answers = await at_once(tries)
    assert [a for a in answers if isinstance(a, Exception) and not isinstance(a, Refusal)] == []
    await assert_proven(database)


async def test_a_decision_is_about_the_hours_that_were_read(database: Database) -> None:
    """The trainer's edit is committed while the company's yes waits: the yes must not charge."""
    async with database.begin() as session:
        at = await deal(session, now=NOW, weekly_minutes=30)
        id_ = uuid4()
        over = (await log(session, at, MONDAY, id_=id_)).entry.pieces[1].id

    async def decide() -> object:
        async with database.begin() as session:
            return await deciding.decide_over_cap(
                session, at.client, over, Decision(allow=True), now=NOW
            )

    async with database.begin() as session:
        await log(session, at, MONDAY + HOUR, 2, id_=id_, if_version=1)
        waiting = asyncio.ensure_future(decide())
        await waiting_for_locks(database, 1)
    assert isinstance((await at_once([waiting]))[0], VersionDiffers)
    await assert_proven(database)


@pytest.mark.parametrize(("people_", "deeds"), quick.first([(8, 15), (16, 25)]))
async def test_everything_at_once(database: Database, people_: int, deeds: int) -> None:
    """Many people, four trainers, one company: only refusals, no deadlock, the proof holds."""
    seed = 7
    print(f"seed {seed}")
    async with database.begin() as session:
        company = await people.company(session, now=NOW)
        jobs = [await two_jobs(session, company) for _ in range(4)]
    ids: list[list[UUID]] = [[], [], [], []]

    async def live(n: int) -> int:
        random, now, done = Random(seed * 1_000 + n), NOW, 0
        for _ in range(deeds):
            try:
                async with database.begin() as session:
                    life = Life(session, jobs[n % 4], random, ids=ids[n % 4])
                    life.now = now
                    await life.deed()()
                    now, done = life.now, done + 1
            except Refusal:
                continue
        return done

    assert sum(await asyncio.gather(*(live(n) for n in range(people_)))) > people_ * deeds // 4
    await assert_proven(database)
