"""The trainer's side of a position's money: what it pays at most."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Uuid, any_, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.money import Money
from app.kit.db import Row


class PositionPayTerms(Row):
    """The highest pay rate an hour in a position, written when its bill cap is.

    `priced_at` says which fee and rate card it obeys: those that held at that moment.
    """

    __tablename__ = "position_pay_terms"
    __table_args__ = (CheckConstraint("pay_rate_up_to_minor >= 0", name="cap"),)

    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"), primary_key=True)
    pay_rate_up_to_minor: Mapped[int]
    currency: Mapped[str]
    priced_at: Mapped[datetime]


async def pay_rate_up_to(session: AsyncSession, position_ids: Iterable[UUID]) -> dict[UUID, Money]:
    """What each position pays an hour at most."""
    rows = await session.execute(
        select(
            PositionPayTerms.position_id,
            PositionPayTerms.pay_rate_up_to_minor,
            PositionPayTerms.currency,
        ).where(PositionPayTerms.position_id == any_(cast(list(position_ids), ARRAY(Uuid))))
    )
    return {id_: Money(minor, currency) for id_, minor, currency in rows}
