"""Rates change while hours are logged; a proposal has one end, whoever comes at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.domain.actor import Actor, SystemActor
from app.domain.money import Money
from app.domain.refusals import Refusal
from app.engagements import bill_terms, changing, consenting, pausing, pay_terms
from app.engagements import proof as engagement_proof
from app.engagements.terms_changes import TermsChange
from app.kit.db import Database
from app.timesheets import approving, attending, proof, submitting, timing
from app.timesheets.bill_lines import BillLine
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import TimeEntry
from app.timesheets.timing import TimerSaid
from tests.factories import quick
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, MONDAY, NOW, log

NEXT_WEEK = MONDAY + timedelta(days=7)


async def assert_proven(database: Database) -> None:
    async with database.begin() as session:
        for identity in [*await proof.prove(session), *await engagement_proof.prove(session)]:
            assert identity.holds, identity


async def settled(tries: list[Awaitable[object]], random: Random) -> list[object]:
    random.shuffle(tries)
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [a for a in answers if isinstance(a, Exception) and not isinstance(a, Refusal)] == []
    return list(answers)


async def change(database: Database, at: Deal, minor: int, *, hours: int = 0) -> object:
    async with database.begin() as session:
        bill, now = Money(minor, "USD"), NOW + hours * HOUR
        return await changing.change_terms(
            session, at.client, at.engagement.id, bill, None, now=now
        )


@pytest.mark.parametrize("seed", quick.first(range(2)))
async def test_a_raise_against_eight_who_log(database: Database, seed: int) -> None:
    """Every hour is billed and paid at the rate of when it was worked, and counted so."""
    random = Random(seed)
    async with database.begin() as session:
        first = await deal(session, now=NOW, budget_minor=10**9, weekly_minutes=2_000)
    crossing = NEXT_WEEK + 12 * HOUR

    async def work(start: datetime, now: datetime) -> None:
        async with database.begin() as session:
            await log(session, first, start, 0.5, now=now)

    async def running() -> None:
        id_ = uuid4()
        async with database.begin() as session:
            said = TimerSaid(first.engagement.id)
            await timing.start_timer(session, first.worker, id_, said, now=NOW + HOUR)
        async with database.begin() as session:
            await attending.attend(session, id_, now=NOW + 1.7 * HOUR)
        async with database.begin() as session:
            await timing.stop_timer(
                session, first.worker, id_, stopped_at=None, now=NOW + 1.9 * HOUR
            )

    this_week: list[Awaitable[object]] = [work(MONDAY + n * HOUR, NOW) for n in range(8)]
    answers = await settled([*this_week, running(), change(database, first, 16_000)], random)
    assert [a for a in answers if isinstance(a, Refusal)] == []
    await assert_proven(database)
    await settled([work(NEXT_WEEK + n * HOUR, crossing) for n in range(8)], random)
    await assert_proven(database)
    async with database.begin() as session:
        sheets = set(await session.scalars(select(TimeEntry.timesheet_id)))
    for sheet_id in sheets:
        assert sheet_id is not None
        async with database.begin() as session:
            await submitting.submit(session, first.worker, sheet_id, now=crossing)
            await approving.approve(session, SystemActor("test"), sheet_id, now=crossing)
    async with database.begin() as session:
        billed = await session.execute(
            select(BillLine.bill_rate_minor, func.sum(BillLine.worked_seconds)).group_by(
                BillLine.bill_rate_minor
            )
        )
        paid = await session.execute(
            select(PayLine.pay_rate_minor, func.sum(PayLine.worked_seconds)).group_by(
                PayLine.pay_rate_minor
            )
        )
        four, timed = 8 * 1800, 3240
        assert {rate: int(s) for rate, s in billed} == {15_000: four + timed, 16_000: four}
        assert {rate: int(s) for rate, s in paid} == {12_000: four + timed, 12_800: four}
    await assert_proven(database)


@pytest.mark.parametrize("seed", quick.first(range(3)))
async def test_a_proposal_ends_once(database: Database, seed: int) -> None:
    random = Random(seed)
    async with database.begin() as session:
        at = await deal(session, now=NOW)
    proposals = await settled([change(database, at, 14_000) for _ in range(4)], random)
    (change_id,) = {p for p in proposals if isinstance(p, UUID)}

    async def end(verb: Callable[..., Awaitable[None]], actor: Actor) -> None:
        async with database.begin() as session:
            await verb(session, actor, change_id, now=NOW + HOUR)

    await settled(
        [
            *(end(consenting.consent, at.worker) for _ in range(3)),
            end(consenting.decline, at.worker),
            end(changing.withdraw, at.client),
            change(database, at, 16_000, hours=1),
        ],
        random,
    )
    async with database.begin() as session:
        states = list(
            await session.scalars(select(TermsChange.state).where(TermsChange.id == change_id))
        )
        bills = [r.minor for r in await bill_terms.rates_of(session, at.engagement.id)]
        pays = [r.minor for r in await pay_terms.rates_of(session, at.engagement.id)]
    assert states[0] in ("consented", "declined", "withdrawn")
    assert (bills[1:2] == [14_000]) == (states == ["consented"])
    assert len(bills) == len(pays)
    await assert_proven(database)


@pytest.mark.parametrize("seed", quick.first(range(3)))
async def test_a_pause_against_who_logs_starts_and_stops(database: Database, seed: int) -> None:
    """No moment after the pause is worked, and the counters stand to what is."""
    random = Random(seed)
    async with database.begin() as session:
        at = await deal(session, now=NOW)
    timer = uuid4()
    async with database.begin() as session:
        said = TimerSaid(at.engagement.id)
        await timing.start_timer(session, at.worker, timer, said, now=NOW)

    async def pause() -> None:
        async with database.begin() as session:
            await pausing.pause(session, at.client, at.engagement.id, now=NOW + 0.5 * HOUR)

    async def stop() -> None:
        async with database.begin() as session:
            await timing.stop_timer(
                session, at.worker, timer, stopped_at=NOW + 0.5 * HOUR, now=NOW + HOUR
            )

    async def note(n: int) -> None:
        async with database.begin() as session:
            await log(session, at, MONDAY + n * HOUR, 1)

    await settled([pause(), stop(), *(note(n) for n in range(6))], random)
    for hours in (1.0, 1.1):
        async with database.begin() as session:
            for entry_id in await attending.due(session, now=NOW + hours * HOUR):
                await attending.attend(session, entry_id, now=NOW + hours * HOUR)
    async with database.begin() as session:
        latest = await session.scalar(select(func.max(TimeEntry.ended_at)))
        running = await session.scalar(
            select(func.count()).where(TimeEntry.state == "running").select_from(TimeEntry)
        )
    assert latest == NOW + 0.5 * HOUR
    assert running == 0
    await assert_proven(database)
