"""Two clocks, and many who tell the same at once: everybody hears of it once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.kit.db import Database
from app.notices import reminding, telling
from app.notices.tables import Notice, NoticeDelivery
from app.notices.telling import News
from app.timesheets import nearing
from tests.factories.at_work import deal
from tests.factories.hours import MONDAY, NOW, log
from tests.factories.told import look_around

LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize("guarded", [True, False])
async def test_two_clocks_at_once_remind_once(database: Database, *, guarded: bool) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW, weekly_minutes=600)
        await log(session, at, MONDAY, 12)

    async def clock() -> None:
        async with database.begin() as session:
            if guarded and not await reminding.begin_round(
                session, "remind", every=timedelta(minutes=1), now=LATER
            ):
                return
            await look_around(session, LATER)
            await nearing.look(session, now=NOW)

    await asyncio.gather(*(clock() for _ in range(6)))
    async with database.begin() as session:
        rows = (
            await session.execute(select(Notice.kind, func.count()).group_by(Notice.kind))
        ).all()
        deliveries = await session.scalar(select(func.count()).select_from(NoticeDelivery))
    assert dict(tuple(row) for row in rows) == {
        "cap_reached": 1, "over_cap_waiting": 1, "over_cap_due": 1,
    }  # fmt: skip
    assert deliveries == 3


async def test_the_same_events_told_in_any_order_do_not_embrace(database: Database) -> None:
    async with database.begin() as session:
        at = await deal(session, now=NOW)
    to = telling.company(at.company.id, Permission.APPROVE_TIME)
    news = [News(Kind.REVIEW_DUE, at.engagement.id, to, stage=str(n)) for n in range(30)]

    async def tell(order: list[News]) -> int:
        async with database.begin() as session:
            return await telling.tell(session, *order, now=NOW)

    told = await asyncio.gather(*(tell(news[n:] + news[:n]) for n in range(0, 30, 5)))
    assert sum(told) == 30


async def test_a_round_is_begun_once_a_minute(database: Database) -> None:
    async def begin(now_s: int) -> bool:
        async with database.begin() as session:
            now = NOW + timedelta(seconds=now_s)
            return await reminding.begin_round(
                session, "remind", every=timedelta(minutes=1), now=now
            )

    assert sorted(await asyncio.gather(*(begin(0) for _ in range(5)))) == [False] * 4 + [True]
    assert [await begin(s) for s in (59, 60, 61)] == [False, True, False]
