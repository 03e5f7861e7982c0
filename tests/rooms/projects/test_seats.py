"""INV-5: seats taken never exceed seats, however many reach for them at once."""

import asyncio
from datetime import datetime

from sqlalchemy import select

from app.kit.db import Database
from app.projects import seats
from app.projects.refusals import SeatsTaken
from app.projects.tables import Position
from tests.factories import people, work


async def test_seven_seats_are_taken_seven_times(database: Database, now: datetime) -> None:
    async with database.begin() as session:
        company = await people.company(session, now=now)
        project = await work.project(session, company, now=now)
        position = await work.position(session, project, now=now, seats=7)

    async def reach() -> bool:
        try:
            async with database.begin() as session:
                await seats.take_seat(session, position.id)
                await asyncio.sleep(0.01)
        except SeatsTaken:
            return False
        return True

    outcomes = await asyncio.gather(*(reach() for _ in range(20)))
    assert sum(outcomes) == 7
    async with database.begin() as session:
        taken = await session.scalar(select(Position.seats_taken).where(Position.id == position.id))
    assert taken == 7
