"""All time comes from here. In development the clock can be moved forward, never back."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class ClockOffset(Row):
    """How far the development clock runs ahead, in seconds. One row, or none in production."""

    __tablename__ = "clock_offsets"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offset_seconds: Mapped[int]


class Clock:
    """The one source of `now`. Holds an offset that only development ever changes."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """The current instant, aware, UTC."""
        return datetime.now(UTC) + self._offset

    @property
    def offset_seconds(self) -> int:
        return int(self._offset.total_seconds())

    def set_offset(self, seconds: int) -> None:
        self._offset = timedelta(seconds=seconds)

    async def load(self, session: AsyncSession) -> None:
        """Take the stored offset over, so that all processes of an installation agree."""
        stored = await session.scalar(select(ClockOffset.offset_seconds))
        self.set_offset(stored or 0)

    async def advance(self, session: AsyncSession, seconds: int) -> None:
        """Move forward by `seconds` >= 0 and store it in the caller's transaction.

        Raises ValueError for a step back: half of the rules assume that time does not.
        """
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        statement = insert(ClockOffset).values(id=1, offset_seconds=seconds)
        total = await session.scalar(
            statement.on_conflict_do_update(
                index_elements=[ClockOffset.id],
                set_={"offset_seconds": ClockOffset.offset_seconds + seconds},
            ).returning(ClockOffset.offset_seconds)
        )
        self.set_offset(total or 0)
