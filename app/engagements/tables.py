"""Rows of engagements. No rate stands here; see bill_terms.py and pay_terms.py."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row, after_create


class Engagement(Row):
    """A trainer at work. Its id is its offer's id: one offer opens one engagement.

    `pauses`: when it was paused, the last one open while it is.
    """

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
        CheckConstraint("(state = 'paused') = upper_inf(pauses)", name="paused_now"),
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
    pauses: Mapped[list[Range[datetime]]] = mapped_column(
        TSTZMULTIRANGE, server_default=text("'{}'::tstzmultirange")
    )
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


# What "the past" is, the application says: its clock may be ahead of the server's. Whoever says
# nothing changes nothing, and no statement reaches back behind the engagement's own history.
after_create(
    EngagementLimits.__table__,
    """
CREATE FUNCTION limits_in_force_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'limits that were in force are never deleted' USING ERRCODE = '42501';
  END IF;
  IF OLD.effective_at < coalesce(nullif(current_setting('lehrwerk.now', true), '')::timestamptz,
                                 'infinity')
     OR OLD.effective_at < (SELECT max(at) FROM engagement_steps
                            WHERE engagement_id = OLD.engagement_id) THEN
    RAISE EXCEPTION 'limits that were in force are never changed' USING ERRCODE = '42501';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF (NEW.engagement_id, NEW.effective_at) <> (OLD.engagement_id, OLD.effective_at) THEN
    RAISE EXCEPTION 'limits are never moved in time' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER engagement_limits_frozen BEFORE UPDATE OR DELETE ON engagement_limits
  FOR EACH ROW EXECUTE FUNCTION limits_in_force_are_frozen();
CREATE TRIGGER engagement_limits_kept BEFORE TRUNCATE ON engagement_limits
  FOR EACH STATEMENT EXECUTE FUNCTION limits_in_force_are_frozen();
""",
    down="DROP FUNCTION IF EXISTS limits_in_force_are_frozen() CASCADE",
)
