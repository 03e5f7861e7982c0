"""Contests against everybody who is at the same sheet in the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.domain.actor import OperationsActor, SystemActor
from app.domain.contests import ContestReason, Outcome
from app.domain.refusals import Refusal
from app.kit.db import Database
from app.timesheets import (
    answering,
    approving,
    contesting,
    contests,
    judging,
    proof,
    queries,
    submitting,
)
from app.timesheets.contesting import Objection
from app.timesheets.judging import Judgement
from app.timesheets.tables import Approval, TimeEntry
from tests.factories import quick
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, MONDAY, NOW, log

LATE = NOW + timedelta(days=20)
CLOCK = SystemActor("contest_deadline")


async def all_at_once(tries: list[Awaitable[object]], random: Random) -> list[object]:
    """Their answers; an error that is no refusal fails the test."""
    random.shuffle(tries)
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [a for a in answers if isinstance(a, Exception) and not isinstance(a, Refusal)] == []
    return list(answers)


async def assert_proven(database: Database) -> None:
    async with database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity


async def handed_in(database: Database) -> tuple[Deal, UUID, list[UUID]]:
    """A submitted sheet of four hours: the deal, the sheet, its entries."""
    async with database.begin() as session:
        at = await deal(session, now=NOW)
        ids = [(await log(session, at, MONDAY + n * HOUR)).entry.root.id for n in range(4)]
        sheet_id = await session.scalar(
            select(TimeEntry.timesheet_id).where(TimeEntry.id == ids[0])
        )
        assert sheet_id is not None
        await submitting.submit(session, at.worker, sheet_id, now=NOW)
    return at, sheet_id, ids


def _objections(ids: list[UUID]) -> list[Objection]:
    return [Objection(id_, ContestReason.DUPLICATE, "Twice.") for id_ in ids]


@pytest.mark.parametrize("contested", [1, 4])
async def test_contest_approve_and_auto_approve_at_once(database: Database, contested: int) -> None:
    """One of them reviews the sheet; whoever it is, every entry is approved once or waits."""
    seed = 90 + contested
    print(f"seed {seed}")
    at, sheet_id, ids = await handed_in(database)

    async def contest(those: list[UUID]) -> object:
        async with database.begin() as session:
            return await contesting.contest_entries(
                session, at.client, sheet_id, _objections(those), now=NOW
            )

    async def approve(by_clock: bool) -> object:
        actor = SystemActor("auto_approve") if by_clock else at.client
        async with database.begin() as session:
            return await approving.approve(session, actor, sheet_id, now=NOW)

    tries: list[Awaitable[object]] = []
    for n in range(6):
        tries += [contest(ids[:contested]), contest(ids[-contested:]), approve(n % 2 == 0)]
    await all_at_once(tries, Random(seed))
    async with database.begin() as session:
        sheet = await queries.sheet(session, sheet_id)
        waiting = await contests.waiting_on(session, sheet_id)
        approvals = (await session.scalars(select(Approval.id))).all()
    assert (sheet.state, waiting, len(approvals)) in (
        ("approved", 0, 1),
        ("approved", contested, 1) if contested < 4 else ("contested", 4, 0),
    )
    await assert_proven(database)


@pytest.mark.parametrize("seed", quick.first([1, 2, 3]))
async def test_answer_withdraw_decide_and_the_clock_at_once(database: Database, seed: int) -> None:
    """All entries contested; people and the clock are at each of them at once."""
    print(f"seed {seed}")
    random = Random(seed)
    at, sheet_id, ids = await handed_in(database)
    async with database.begin() as session:
        _, found = await contesting.contest_entries(
            session, at.client, sheet_id, _objections(ids), now=NOW
        )
        for contest in found[:2]:
            await answering.answer_contest(session, at.worker, contest.id, "I did.", now=NOW)

    async def decide(id_: UUID, outcome: Outcome) -> object:
        async with database.begin() as session:
            return await judging.decide_contest(
                session, OperationsActor(uuid4()), id_, Judgement(outcome, "So it is."), now=NOW
            )

    async def answer(id_: UUID) -> object:
        async with database.begin() as session:
            return await answering.answer_contest(session, at.worker, id_, "I did.", now=NOW)

    async def withdraw(id_: UUID) -> object:
        async with database.begin() as session:
            return await contesting.withdraw_contest(session, at.client, id_, now=NOW)

    async def hand_on(id_: UUID) -> object:
        async with database.begin() as session:
            return await answering.hand_on(session, id_, now=LATE)

    async def by_clock(id_: UUID) -> object:
        async with database.begin() as session:
            return await judging.decide_on_silence(session, CLOCK, id_, now=LATE)

    async def elsewhere(n: int) -> object:
        """Other work of hers, under the same counters."""
        async with database.begin() as session:
            return await log(session, at, MONDAY + (6 + n) * HOUR, 0.5)

    deeds: list[Callable[[UUID], Awaitable[object]]] = [
        lambda id_: decide(id_, Outcome.DECLINED),
        lambda id_: decide(id_, Outcome.APPROVED),
        answer,
        withdraw,
        hand_on,
        by_clock,
    ]
    tries = [deed(contest.id) for contest in found for deed in deeds for _ in range(2)]
    tries += [elsewhere(n) for n in range(4)]
    await all_at_once(tries, random)
    await assert_proven(database)
    for contest in found:
        await hand_on(contest.id)
        await by_clock(contest.id)
    async with database.begin() as session:
        states = {(await contests.get(session, c.id)).state.value for c in found}
        sheet = await queries.sheet(session, sheet_id)
        assert await contests.waiting_on(session, sheet_id) == 0
    assert states <= {"approved", "declined", "withdrawn"}
    assert sheet.state == ("declined" if states == {"declined"} else "approved")
    await assert_proven(database)
