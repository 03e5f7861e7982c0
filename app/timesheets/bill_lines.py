"""The company's side of approved time: what each approval pinned, rounded once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class BillLine(Row):
    """One engagement, worked week and bill rate in one approval.

    `worked_seconds` are those of this approval; `minutes` and `bill_minor` are the rounded
    cumulative sums of the engagement, week and rate minus what earlier lines hold.
    `credit_released_at`: the invoice is paid, so the line no longer uses the credit limit.
    """

    __tablename__ = "bill_lines"
    __table_args__ = (
        UniqueConstraint("approval_id", "week_starts_at", "bill_rate_minor"),
        CheckConstraint("worked_seconds > 0", name="seconds"),
        CheckConstraint("minutes >= 0 AND bill_minor >= 0", name="not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.id"))
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), index=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), index=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    week_starts_at: Mapped[datetime]
    week_ends_at: Mapped[datetime]
    worked_seconds: Mapped[int]
    minutes: Mapped[int]
    bill_rate_minor: Mapped[int]
    bill_minor: Mapped[int]
    currency: Mapped[str]
    approved_at: Mapped[datetime]
    credit_released_at: Mapped[datetime | None]
