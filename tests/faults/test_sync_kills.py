"""A server that dies while it takes what a phone sends: sent again, nothing is there twice.

Of what is sent, 3 in 100 can never be, 5 are sent twice within the call and 2 lie over a cap.
"""

import asyncio
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from app.companies.tables import CreditTerms
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.timesheets import proof
from app.timesheets.tables import TimeEntry, TrainerWeekCap
from tests.factories import people
from tests.factories.at_work import deal
from tests.faults.doomed_sync import WEEKS, Phone, Report, take, take_here

_context = multiprocessing.get_context("forkserver")


async def phone_of(
    database: Database, *, url: str, data_dir: Path, number: int, at_once: int
) -> Phone:
    """On a Monday morning, so that four whole weeks lie behind it."""
    real = Clock().now()
    today = datetime(real.year, real.month, real.day, tzinfo=UTC)
    monday = today + timedelta(days=7 - real.weekday())
    now = monday + timedelta(hours=6)
    over_in_week = number * 2 // 100 // WEEKS
    within = number * 92 // 100 // WEEKS - over_in_week
    async with database.begin() as session:
        at = await deal(
            session, now=now, weekly_minutes=3 * within,
            starts_on=(now - timedelta(days=40)).date(),
        )  # fmt: skip
        other = await deal(session, now=now)
        session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=10_000))
        session.add(
            CreditTerms(
                id=new_id(), company_id=at.company.id, kind="invoice", net_days=14,
                credit_limit_minor=1_000_000_000, currency="USD", funding_rule="on_collection",
                effective_at=now - timedelta(days=60),
            )
        )  # fmt: skip
        token = await people.token(session, at.trainer.user_id, now=now)
    return Phone(
        url, str(data_dir), token, at.engagement.id, other.engagement.id,
        monday - timedelta(days=7 * WEEKS), int((now - real).total_seconds()), number, at_once,
    )  # fmt: skip


async def sent(phone: Phone) -> Report:
    """Send everything, undisturbed; few things from here, as a process takes seconds to start."""
    if phone.number < 1_000:
        return await take_here(phone)
    receiver, sender = _context.Pipe(duplex=False)
    process = _context.Process(target=take, args=(phone, sender))
    process.start()
    sender.close()
    try:
        report: Report = await asyncio.to_thread(receiver.recv)
    finally:
        await asyncio.to_thread(process.join, 60)
    return report


async def killed(phone: Phone, database: Database, random: Random) -> None:
    """Send everything, and kill the server in the middle of it, some while after it wrote."""
    before = await written(database)
    _, sender = _context.Pipe(duplex=False)
    process = _context.Process(target=take, args=(phone, sender))
    process.start()
    while process.is_alive():
        if await written(database) != before:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(random.random() * phone.number / 20_000)
    process.kill()
    await asyncio.to_thread(process.join, 60)


async def written(database: Database) -> int:
    async with database.begin() as session:
        return await session.scalar(select(func.count(TimeEntry.root_id.distinct()))) or 0


def told(name: str, report: Report) -> None:
    print(
        f"{name}: {report.took_s:.1f} s, grown by {report.grown_mb:.0f} MB, longest transaction"
        f" {report.longest_transaction_s:.2f} s, {dict(sorted(report.outcomes.items()))}"
    )


_SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("number", "at_once", "kills", "seed"),
    [
        (400, 400, 1, 11),
        pytest.param(10_000, 10_000, 0, 12, marks=_SLOW),
        pytest.param(10_000, 500, 0, 13, marks=_SLOW),
        pytest.param(10_000, 10_000, 10, 14, marks=_SLOW),
        pytest.param(10_000, 500, 10, 15, marks=_SLOW),
    ],
)
async def test_killed_and_sent_again(
    database: Database,
    database_url: str,
    tmp_path: Path,
    *,
    number: int,
    at_once: int,
    kills: int,
    seed: int,
) -> None:
    print(f"seed {seed}")
    random = Random(seed)
    phone = await phone_of(
        database, url=database_url, data_dir=tmp_path, number=number, at_once=at_once
    )
    reached = []
    for _ in range(kills):
        await killed(phone, database, random)
        reached.append(await written(database))
    if kills:
        print(f"killed with {reached} written")
    first, again = await sent(phone), await sent(phone)
    told("sent", first)
    told("sent again", again)
    wrong = number * 3 // 100
    for report in (first, again):
        assert report.outcomes["refused"] == wrong
        assert sum(report.outcomes[code] for code in _CODES) == wrong
        assert report.grown_mb < 300
    assert again.outcomes["unchanged"] == number - wrong
    kept = sum(first.outcomes[each] for each in ("accepted", "over_cap", "unchanged"))
    assert kept == number - wrong
    if not kills:
        assert first.outcomes["unchanged"] == number * 5 // 100
        assert first.outcomes["over_cap"] == number * 2 // 100
    async with database.begin() as session:
        rows = await session.execute(
            select(TimeEntry.state, func.count()).group_by(TimeEntry.state)
        )
        assert {row[0]: row[1] for row in rows} == {
            "recorded": number * 90 // 100,
            "over_cap": number * 2 // 100,
        }
        for identity in await proof.prove(session):
            assert identity.holds, identity
    assert await written(database) == number * 92 // 100


_CODES = ("time_overlaps", "not_forward", "invalid_shape", "not_found")
