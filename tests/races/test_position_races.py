"""Seats against changes of their number: neither order leaves more taken than there are."""

import asyncio
from datetime import datetime

from sqlalchemy import select

from app.domain.actor import ClientActor, CompanyRole
from app.domain.refusals import IllegalMove, InvalidValues
from app.kit.db import Database
from app.projects import posting, publishing, seats
from app.projects.refusals import SeatsTaken
from app.projects.tables import Position, ProjectStep
from tests.factories import people, work


async def test_fewer_seats_while_they_are_taken(database: Database, now: datetime) -> None:
    async with database.begin() as session:
        company = await people.company(session, now=now)
        project = await work.project(session, company, now=now)
        position = await work.position(session, project, now=now, seats=10)
    actor = ClientActor(company.id, company.id, None, CompanyRole.OWNER)

    async def take() -> bool:
        try:
            async with database.begin() as session:
                await seats.take_seat(session, position.id)
        except SeatsTaken:
            return False
        return True

    async def shrink(to: int) -> bool:
        try:
            async with database.begin() as session:
                changes = posting.Changes(seats=to)
                await posting.update_position(session, actor, position.id, changes, now=now)
        except InvalidValues:
            return False
        return True

    outcomes = await asyncio.gather(
        *(take() for _ in range(12)), *(shrink(to) for to in (8, 6, 4, 9))
    )
    async with database.begin() as session:
        after = await session.scalar(select(Position).where(Position.id == position.id))
    assert after is not None
    assert after.seats_taken == sum(outcomes[:12])
    assert after.seats_taken <= after.seats


async def test_a_project_is_published_once(database: Database, now: datetime) -> None:
    async with database.begin() as session:
        company = await people.company(session, now=now)
        project = await work.project(session, company, now=now, state="draft")
        await work.position(session, project, now=now)
        user_id = await people.owner_of(session, company.id)
    actor = ClientActor(company.id, user_id, None, CompanyRole.OWNER)

    async def publish() -> bool:
        try:
            async with database.begin() as session:
                await publishing.publish_project(session, actor, project.id, now=now)
        except IllegalMove:
            return False
        return True

    assert sum(await asyncio.gather(*(publish() for _ in range(8)))) == 1
    async with database.begin() as session:
        steps = list(await session.scalars(select(ProjectStep.event)))
    assert steps == ["publish"]
