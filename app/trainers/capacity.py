"""Minutes a week that a trainer has promised, written down here by engagements."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.trainers.tables import Capacity


async def commit_minutes(session: AsyncSession, trainer_id: UUID, delta_minutes: int) -> None:
    """Add to (or, negative, take from) the promised weekly minutes in one relative update.

    Raises ValueError when more is taken back than was ever promised: a defect of the caller.
    """
    if delta_minutes >= 0:
        await session.execute(
            insert(Capacity)
            .values(trainer_id=trainer_id, committed_minutes=delta_minutes)
            .on_conflict_do_update(
                index_elements=[Capacity.trainer_id],
                set_={"committed_minutes": Capacity.committed_minutes + delta_minutes},
            )
        )
        return
    taken = await session.scalar(
        update(Capacity)
        .where(Capacity.trainer_id == trainer_id, Capacity.committed_minutes + delta_minutes >= 0)
        .values(committed_minutes=Capacity.committed_minutes + delta_minutes)
        .returning(Capacity.committed_minutes)
    )
    if taken is None:
        raise ValueError("more minutes taken back than were promised")
