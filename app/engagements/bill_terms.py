"""The company's side of an engagement's money: dated bill rates an hour."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class EngagementBillTerms(Row):
    """A bill rate from `effective_at` on; rows are added, never changed."""

    __tablename__ = "engagement_bill_terms"
    __table_args__ = (
        UniqueConstraint("engagement_id", "effective_at"),
        CheckConstraint("bill_minor > 0", name="positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    bill_minor: Mapped[int]
    currency: Mapped[str]
    effective_at: Mapped[datetime]
