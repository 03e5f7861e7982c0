"""Seats are taken one by one and never beyond their number."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.projects.refusals import SeatsTaken
from app.projects.tables import Position


async def take_seat(session: AsyncSession, position_id: UUID) -> None:
    """Take one seat in the caller's transaction. Raises SeatsTaken when none is left.

    The UPDATE waits for a rival's commit and looks again; the CHECK of the table stands behind it.
    """
    taken = await session.scalar(
        update(Position)
        .where(Position.id == position_id, Position.seats_taken < Position.seats)
        .values(seats_taken=Position.seats_taken + 1)
        .returning(Position.id)
    )
    if taken is None:
        raise SeatsTaken


async def release_seat(session: AsyncSession, position_id: UUID) -> None:
    """Give one taken seat back when an engagement ends; the CHECK refuses what was never taken."""
    await session.execute(
        update(Position)
        .where(Position.id == position_id)
        .values(seats_taken=Position.seats_taken - 1)
    )
