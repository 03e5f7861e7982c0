"""What a trainer asks an hour: her side of the money, read through this file only."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.money import Money
from app.kit.db import Row


class AskingPay(Row):
    """One asking rate per trainer; none as long as she has said none."""

    __tablename__ = "asking_pay"
    __table_args__ = (
        CheckConstraint("asking_pay_minor > 0", name="positive"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )

    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), primary_key=True)
    asking_pay_minor: Mapped[int]
    currency: Mapped[str]


async def asking_pay(session: AsyncSession, trainer_id: UUID) -> Money | None:
    """Per hour, or None."""
    row = (
        await session.execute(
            select(AskingPay.asking_pay_minor, AskingPay.currency).where(
                AskingPay.trainer_id == trainer_id
            )
        )
    ).one_or_none()
    return Money(row[0], row[1]) if row else None


async def set_asking_pay(session: AsyncSession, trainer_id: UUID, asking: Money | None) -> None:
    """Replace the asking rate; None takes it back. Applications keep what they were made with."""
    if asking is None:
        await session.execute(delete(AskingPay).where(AskingPay.trainer_id == trainer_id))
        return
    values = {"asking_pay_minor": asking.minor, "currency": asking.currency}
    await session.execute(
        insert(AskingPay)
        .values(trainer_id=trainer_id, **values)
        .on_conflict_do_update(index_elements=[AskingPay.trainer_id], set_=values)
    )
