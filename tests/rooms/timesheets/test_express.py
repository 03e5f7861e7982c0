"""The short way of a usual entry and the long way of any come to the same rows and answers."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import Refusal
from app.engagements.bill_terms import EngagementBillTerms
from app.engagements.tables import EngagementLimits
from app.kit.ids import new_id
from app.timesheets import express, recording, submitting
from app.timesheets.recording import TimeSaid
from app.timesheets.tables import CapCounter, TimeEntry, Timesheet, TrainerWeekCap
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, MONDAY, NOW, assert_proven, log

MINUTE = timedelta(minutes=1)
Said = tuple[UUID, TimeSaid]


def random_says(at: Deal, random: Random, number: int) -> list[Said]:
    """Most are usual; some overlap, repeat, cross a week or a rate, or can never be."""
    says: list[Said] = []
    for _ in range(number):
        id_ = UUID(int=random.getrandbits(128), version=4)
        if says and random.random() < 0.15:
            id_, again = random.choice(says)
            if random.random() < 0.5:
                says.append((id_, again))
                continue
        start = LAST_WEEK + random.randrange(0, 9 * 24 * 60) * MINUTE
        length = random.choice([15, 30, 60, 60, 180, 26 * 60, 0])
        if random.random() < 0.05:
            start -= timedelta(days=random.choice([40, 400]))
        said = TimeSaid(
            at.engagement.id, start, start + length * MINUTE, random.choice([None, "x"])
        )
        says.append((id_, said))
    return says


async def ground(session: AsyncSession, random: Random) -> Deal:
    """An engagement whose minutes and rate change now and then, with counters and sheets begun."""
    at = await deal(
        session, now=NOW, weekly_minutes=random.choice([400, 2_400]),
        budget_minor=random.choice([None, 300_000]), position_total=random.choice([None, 900]),
        pay_week_timezone=random.choice(["UTC", "America/New_York"]),
        pay_week_first_day=random.choice([1, 3]),
    )  # fmt: skip
    if random.random() < 0.5:
        session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=1_500))
    for _ in range(random.randrange(3)):
        session.add(
            EngagementLimits(
                id=new_id(), engagement_id=at.engagement.id,
                weekly_minutes=random.choice([120, 600, 2_400]),
                total_minutes=random.choice([None, 1_000, 3_000]),
                effective_at=LAST_WEEK + random.randrange(-3 * 24, 12 * 24) * HOUR,
            )
        )  # fmt: skip
    if random.random() < 0.5:
        session.add(
            EngagementBillTerms(
                id=new_id(), engagement_id=at.engagement.id, bill_minor=20_000, currency="USD",
                effective_at=LAST_WEEK + random.randrange(9 * 24) * HOUR,
            )
        )  # fmt: skip
    await session.flush()
    for start in (LAST_WEEK + 2 * HOUR, MONDAY + 5 * HOUR):
        await log(session, at, start)
    return at


async def played(session: AsyncSession, at: Deal, says: list[Said]) -> list[Any]:
    """What each is answered, and after half of them a sheet is handed in."""
    found: list[Any] = []
    for number, (id_, said) in enumerate(says):
        if number == len(says) // 2:
            sheet_id = await session.scalar(
                select(Timesheet.id).order_by(Timesheet.week_starts_at).limit(1)
            )
            assert sheet_id is not None
            await submitting.submit(session, at.worker, sheet_id, now=NOW)
        try:
            async with session.begin_nested():
                found.append(await recording.record_time(session, at.worker, id_, said, now=NOW))
        except Refusal as refusal:
            found.append((refusal.code, refusal.facts))
    return found


async def rows(session: AsyncSession) -> list[Any]:
    """Everything that was written, but for the ids of sheets that were made on the way."""
    entries = select(*(c for c in TimeEntry.__table__.c if c.name != "timesheet_id"))
    counters = select(*CapCounter.__table__.c).where(CapCounter.used > 0)
    return [
        sorted(tuple(map(str, row)) for row in await session.execute(statement))
        for statement in (entries, counters)
    ]


def without_sheet(answer: Any) -> Any:
    if not isinstance(answer, recording.Recorded):
        return answer
    pieces = [{n: getattr(p, n) for n in p.__slots__} for p in answer.entry.pieces]
    known = [{n: v for n, v in piece.items() if n != "timesheet_id"} for piece in pieces]
    return (known, answer.allowance, answer.created, answer.unchanged)


@pytest.mark.parametrize("seed", range(8))
async def test_short_way_is_the_long_way(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)
    at = await ground(session, random)
    says = random_says(at, random, 50)
    short = express.write
    taken = []

    async def counted(*args: Any, **kwargs: Any) -> Any:
        done = await short(*args, **kwargs)
        taken.append(done is not None)
        return done

    async def closed(*_: Any, **__: Any) -> None:
        return None

    trial = await session.begin_nested()
    monkeypatch.setattr(express, "write", closed)
    expected = [without_sheet(each) for each in await played(session, at, says)]
    expected_rows = await rows(session)
    await trial.rollback()
    monkeypatch.setattr(express, "write", counted)
    found = [without_sheet(each) for each in await played(session, at, says)]
    for ours, theirs in zip(found, expected, strict=True):
        assert ours == theirs
    assert await rows(session) == expected_rows
    assert True in taken
    assert False in taken
    await assert_proven(session)
