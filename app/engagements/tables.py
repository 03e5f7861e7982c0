"""Rows of engagements. No rate stands here; see bill_terms.py and pay_terms.py."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class Engagement(Row):
    """A trainer at work. Its id is its offer's id: one offer opens one engagement."""

    __tablename__ = "engagements"
    __table_args__ = (
        CheckConstraint("state IN ('active','paused','ended')", name="state"),
        CheckConstraint("pay_week_first_day BETWEEN 1 AND 7", name="first_day"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        CheckConstraint(
            "(state = 'ended') = (ended_at IS NOT NULL) AND (state <> 'ended'"
            " OR (end_reason_code IS NOT NULL AND end_explanation IS NOT NULL))",
            name="end_has_reason",
        ),
        Index("ix_engagements_company_id", "company_id", "opened_at", "id"),
        Index("ix_engagements_trainer_id", "trainer_id", "opened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), unique=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"), index=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    state: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    pay_week_timezone: Mapped[str]
    pay_week_first_day: Mapped[int]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason_code: Mapped[str | None]
    end_explanation: Mapped[str | None]


class EngagementLimits(Row):
    """Agreed minutes from `effective_at` on."""

    __tablename__ = "engagement_limits"
    __table_args__ = (
        UniqueConstraint("engagement_id", "effective_at"),
        CheckConstraint("weekly_minutes BETWEEN 1 AND 10080", name="weekly_minutes"),
        CheckConstraint("total_minutes IS NULL OR total_minutes > 0", name="total_minutes"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    weekly_minutes: Mapped[int]
    total_minutes: Mapped[int | None]
    effective_at: Mapped[datetime]


class EngagementStep(Row):
    """History of an engagement's states."""

    __tablename__ = "engagement_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    event: Mapped[str]
    state: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
