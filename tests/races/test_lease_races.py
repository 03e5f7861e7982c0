"""Slices of shared caps under many connections: none lost, none twice, all taken back in need."""

import asyncio
from collections import Counter
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from app.domain.caps import CounterKey, Scope
from app.domain.money import Money
from app.domain.timesheets import EntryState
from app.kit.db import Database
from app.projects import posting
from app.timesheets import express, giving, leases, proof, recording
from app.timesheets.giving import Bonus
from app.timesheets.recording import Recorded, TimeSaid
from app.timesheets.tables import CapLease
from tests.factories import people
from tests.factories.at_work import Deal
from tests.races.test_cap_races import MINUTE, MONDAY, NOW, log, minutes_by_state, team
from tests.races.waiting import waiting_for_locks

QUARTER = 15 * MINUTE


async def begun(database: Database, size: int, **terms: int) -> tuple[list[Deal], dict[UUID, str]]:
    """A team whose week has begun with an hour each, and their tokens."""
    members = await team(database, size, **terms)
    for member in members:
        await log(
            database,
            (member.worker, uuid4(), member.engagement.id, MONDAY, MONDAY + 60 * MINUTE),
        )
    async with database.begin() as session:
        tokens = {
            m.trainer.id: await people.token(session, m.trainer.user_id, now=NOW) for m in members
        }
    return members, tokens


async def held(database: Database) -> int:
    async with database.begin() as session:
        return sum(await session.scalars(select(CapLease.position_units)))


async def assert_proven(database: Database) -> None:
    async with database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity


@pytest.mark.parametrize(("size", "each"), [(16, 24), pytest.param(64, 60, marks=pytest.mark.slow)])
async def test_a_crowd_works_a_shared_cap_off_to_its_last_second(
    database: Database, size: int, each: int
) -> None:
    """By the short way and the long one together: exactly what fits is recorded."""
    seed = 7
    print(f"seed {seed}")
    minutes = size * (60 + each * 10)  # two thirds of what they say
    members, tokens = await begun(database, size, position_total=minutes, bill_minor=1_000)
    assert await held(database) > 0
    says = [
        (m, TimeSaid(m.engagement.id, start, start + QUARTER))
        for m in members
        for start in (MONDAY + 90 * MINUTE + n * 20 * MINUTE for n in range(each))
    ]
    Random(seed).shuffle(says)
    gate = asyncio.Semaphore(16)
    ways: Counter[str] = Counter()

    async def one(member: Deal, said: TimeSaid) -> Recorded:
        id_ = uuid4()
        async with gate:
            token = tokens[member.trainer.id]
            usual = await express.record_time(database.calls, token, id_, said, now=NOW)
            ways["short" if usual else "long"] += 1
            if usual:
                return Recorded(usual.entry, usual.allowance, created=True)
            async with database.begin() as session:
                return await recording.record_time(session, member.worker, id_, said, now=NOW)

    await asyncio.gather(*(one(*say) for say in says))
    kept = await minutes_by_state(database)
    assert kept == {"recorded": minutes, "over_cap": size * (60 + each * 15) - minutes}
    assert await held(database) == 0
    assert ways["short"]
    await assert_proven(database)


async def test_taking_back_waits_for_who_works_a_slice_off(database: Database) -> None:
    members, _ = await begun(database, 2, position_total=40 * 60, bill_minor=1_000)
    first, second = members
    start = MONDAY + 120 * MINUTE
    async with database.begin() as session:
        quarter = TimeSaid(first.engagement.id, start, start + QUARTER)
        await recording.record_time(session, first.worker, uuid4(), quarter, now=NOW)
        # More than is left while both hold slices, less than is left without them.
        end = start + (37 * 60 + 20) * MINUTE
        rest = asyncio.ensure_future(
            log(database, (second.worker, uuid4(), second.engagement.id, start, end))
        )
        await waiting_for_locks(database, 1)
    assert [p.state for p in (await rest).entry.pieces] == [EntryState.RECORDED]
    assert await held(database) == 0
    await assert_proven(database)


async def test_a_cut_takes_slices_back(database: Database) -> None:
    """What was held in advance is not worked on past a cut, by the short way either."""
    members, tokens = await begun(database, 4, position_total=6_000, bill_minor=1_000)
    first = members[0]
    assert await held(database) > 0
    async with database.begin() as session:
        await posting.update_position(
            session, first.client, first.position.id, {"total_minutes": 4 * 60 + 5}, now=NOW
        )
    said = TimeSaid(first.engagement.id, MONDAY + 90 * MINUTE, MONDAY + 100 * MINUTE)
    token = tokens[first.trainer.id]
    assert await express.record_time(database.calls, token, uuid4(), said, now=NOW) is None
    async with database.begin() as session:
        done = await recording.record_time(session, first.worker, uuid4(), said, now=NOW)
    assert [(p.state.value, p.worked_seconds) for p in done.entry.pieces] == [
        ("recorded", 300),
        ("over_cap", 300),
    ]
    assert await held(database) == 0
    await assert_proven(database)


async def test_a_cut_waits_for_who_takes_a_slice(database: Database) -> None:
    members, _ = await begun(database, 2, position_total=6_000, bill_minor=1_000)
    first = members[0]
    async with database.begin() as session:
        key = CounterKey(Scope.POSITION_TOTAL, first.position.id, "")
        await leases.take_back(session, key)

        async def cut() -> None:
            async with database.begin() as other:
                await posting.update_position(
                    other, first.client, first.position.id, {"total_minutes": 60}, now=NOW
                )

        waiting = asyncio.ensure_future(cut())
        await waiting_for_locks(database, 1)
        assert not waiting.done()
    await waiting
    await assert_proven(database)


async def test_a_bonus_takes_back_what_is_held_of_the_budget(database: Database) -> None:
    members, _ = await begun(database, 2, budget_minor=100_000, bill_minor=1_000)
    first = members[0]
    async with database.begin() as session:
        sliced = sum(await session.scalars(select(CapLease.budget_units)))
        assert sliced > 0
        bonus = Bonus(Money(98_000, "USD"), "For care.")
        await giving.give_bonus(session, first.client, first.engagement.id, uuid4(), bonus, now=NOW)
        used = await session.scalar(
            text("SELECT used FROM cap_counters WHERE scope = 'project_budget'")
        )
    assert used == 100_000 * 3_600
    await assert_proven(database)
