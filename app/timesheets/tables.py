"""Rows of timesheets: entries, counters, sheets, approvals. Money: bill_lines.py, pay_lines.py."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row, after_create, before_all

# Range types bring their own GiST class, so that no contrib extension is needed.
before_all(
    "CREATE TYPE uuidrange AS RANGE (subtype = uuid)",
    down="DROP TYPE IF EXISTS uuidrange",
)


class Timesheet(Row):
    """One engagement in one pay week, `[week_starts_at, week_ends_at)` in UTC."""

    __tablename__ = "timesheets"
    __table_args__ = (
        UniqueConstraint("engagement_id", "week_starts_at"),
        CheckConstraint(
            "state IN ('open','submitted','approved','sent_back','contested','declined')",
            name="state",
        ),
        CheckConstraint("week_ends_at > week_starts_at", name="week"),
        CheckConstraint("sent_back_count BETWEEN 0 AND 1", name="sent_back_once"),
        Index("ix_timesheets_company_id", "company_id", "week_starts_at", "id"),
        Index("ix_timesheets_trainer_id", "trainer_id", "week_starts_at", "id"),
        Index("ix_timesheets_state", "state", "week_ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    week_starts_at: Mapped[datetime]
    week_ends_at: Mapped[datetime]
    state: Mapped[str]
    submitted_at: Mapped[datetime | None]
    review_by_at: Mapped[datetime | None]
    sent_back_count: Mapped[int] = mapped_column(default=0)
    sent_back_at: Mapped[datetime | None]
    sent_back_reason_code: Mapped[str | None]
    sent_back_explanation: Mapped[str | None]
    approved_at: Mapped[datetime | None]


class TimesheetStep(Row):
    """History of a timesheet's states."""

    __tablename__ = "timesheet_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    timesheet_id: Mapped[UUID] = mapped_column(ForeignKey("timesheets.id"), index=True)
    event: Mapped[str]
    state: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


class Approval(Row):
    """The moment in which entries of a sheet were pinned. `funded_at`: the company's money is in.

    A sheet has one for what nobody contested, and one for each contested entry that is allowed.
    Both sides of the money hang on this row and not on each other.
    """

    __tablename__ = "approvals"
    __table_args__ = (Index("ix_approvals_timesheet_id", "timesheet_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    timesheet_id: Mapped[UUID] = mapped_column(ForeignKey("timesheets.id"))
    actor: Mapped[str]
    approved_at: Mapped[datetime] = mapped_column(index=True)
    funded_at: Mapped[datetime | None]


class TimeEntry(Row):
    """`[started_at, ended_at)` of one trainer in one engagement and one pay week.

    `root_id` is the id that the phone minted; pieces split off at a pay-week bound or a cap carry
    derived ids and the same root. `said_…` is what the phone sent, before any split.
    A running timer has no `ended_at`; `stops_by_at` is its guarantee. `…_agreed_at`: who has agreed
    to time beyond a cap. `at_platform_cost`: paid, and never billed.
    """

    __tablename__ = "time_entries"
    __table_args__ = (
        CheckConstraint("source IN ('timer','manual')", name="source"),
        CheckConstraint(
            "state IN ('running','recorded','on_timesheet','contested','approved','over_cap',"
            "'declined','deleted')",
            name="state",
        ),
        CheckConstraint("ended_at IS NULL OR ended_at > started_at", name="forward"),
        CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="running_is_open"),
        CheckConstraint("state <> 'approved' OR approval_id IS NOT NULL", name="approved_pinned"),
        CheckConstraint("state <> 'over_cap' OR binding_cap IS NOT NULL", name="over_cap_named"),
        CheckConstraint(
            "state <> 'declined' OR decision_explanation IS NOT NULL", name="decline_has_reason"
        ),
        Index(
            "uq_time_entries_running",
            "trainer_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_time_entries_trainer_id", "trainer_id", "started_at", "id"),
        Index("ix_time_entries_engagement_id", "engagement_id", "week_starts_at"),
        Index("ix_time_entries_timesheet_id", "timesheet_id"),
        # Most entries are one piece and not yet approved: these indexes hold the others alone, so
        # that a new entry writes as few of them as it can.
        Index("ix_time_entries_root_id", "root_id", postgresql_where=text("root_id <> id")),
        Index(
            "ix_time_entries_approval_id",
            "approval_id",
            postgresql_where=text("approval_id IS NOT NULL"),
        ),
        Index(
            "ix_time_entries_over_cap",
            "decide_by_at",
            postgresql_where=text("state = 'over_cap'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    root_id: Mapped[UUID]
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    timesheet_id: Mapped[UUID | None] = mapped_column(ForeignKey("timesheets.id"))
    week_starts_at: Mapped[datetime]
    source: Mapped[str]
    state: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    stops_by_at: Mapped[datetime | None]
    phone_offset_seconds: Mapped[int] = mapped_column(default=0)
    said_started_at: Mapped[datetime]
    said_ended_at: Mapped[datetime | None]
    note: Mapped[str | None]
    task_reference: Mapped[str | None]
    binding_cap: Mapped[str | None]
    decide_by_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_reason_code: Mapped[str | None]
    decision_explanation: Mapped[str | None]
    company_agreed_at: Mapped[datetime | None]
    operations_agreed_at: Mapped[datetime | None]
    at_platform_cost: Mapped[bool] = mapped_column(default=False)
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey("approvals.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    period: Mapped[Range[datetime]] = mapped_column(
        TSTZRANGE, Computed("tstzrange(started_at, ended_at, '[)')", persisted=True)
    )


after_create(
    TimeEntry.__table__,
    "ALTER TABLE time_entries ADD CONSTRAINT ex_time_entries_no_overlap EXCLUDE USING gist"
    " (uuidrange(trainer_id, trainer_id, '[]') WITH =, period WITH &&)"
    " WHERE (state <> 'deleted')",
    down="ALTER TABLE time_entries DROP CONSTRAINT IF EXISTS ex_time_entries_no_overlap",
)


class CapCounter(Row):
    """One cap of one scope and period, moved by relative updates only.

    scope: trainer_week | engagement_week | engagement_total | position_total | project_budget |
    credit_limit. `period` is '' or the week's start (ISO, UTC). Minute caps count seconds; money
    caps count minor units × 3600 (seconds × bill rate an hour), so that nothing is ever rounded.
    """

    __tablename__ = "cap_counters"
    __table_args__ = (
        CheckConstraint("used >= 0", name="not_negative"),
        CheckConstraint("used <= cap", name="within_cap"),
        CheckConstraint(
            "scope IN ('trainer_week','engagement_week','engagement_total','position_total',"
            "'project_budget','credit_limit')",
            name="scope",
        ),
    )

    scope: Mapped[str] = mapped_column(primary_key=True)
    scope_id: Mapped[UUID] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    cap: Mapped[int]
    used: Mapped[int]


class CapLease(Row):
    """What an engagement holds of the three shared caps in advance: used in their counters already,
    and free for its own time. Units as in the counters; taken back where a cap runs short."""

    __tablename__ = "cap_leases"
    __table_args__ = (
        CheckConstraint("position_units >= 0", name="position_not_negative"),
        CheckConstraint("budget_units >= 0", name="budget_not_negative"),
        CheckConstraint("credit_units >= 0", name="credit_not_negative"),
    )

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), primary_key=True)
    position_id: Mapped[UUID] = mapped_column(index=True)
    project_id: Mapped[UUID] = mapped_column(index=True)
    company_id: Mapped[UUID] = mapped_column(index=True)
    position_units: Mapped[int]
    budget_units: Mapped[int]
    credit_units: Mapped[int]


class TrainerWeekCap(Row):
    """The weekly minutes that operations allows one trainer over everything (default 2,400)."""

    __tablename__ = "trainer_week_caps"
    __table_args__ = (CheckConstraint("weekly_minutes BETWEEN 0 AND 10080", name="minutes"),)

    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), primary_key=True)
    weekly_minutes: Mapped[int]
