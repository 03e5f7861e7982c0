"""The trainer's side of a position's money: what it pays at most."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class PositionPayTerms(Row):
    """The highest pay rate an hour in a position, written when its bill cap is."""

    __tablename__ = "position_pay_terms"
    __table_args__ = (CheckConstraint("pay_rate_up_to_minor >= 0", name="cap"),)

    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"), primary_key=True)
    pay_rate_up_to_minor: Mapped[int]
    currency: Mapped[str]
