"""Rows of projects. Money stands in bill_terms.py, pay_terms.py and rate_cards.py."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class Project(Row):
    __tablename__ = "projects"
    __table_args__ = (
        CheckConstraint("state IN ('draft','open','paused','closed')", name="state"),
        Index("ix_projects_company_id", "company_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    title: Mapped[str]
    brief: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class Position(Row):
    """Seats to fill. `requirements` holds the validated structure of the client door's input."""

    __tablename__ = "positions"
    __table_args__ = (
        CheckConstraint("seats > 0 AND seats_taken >= 0 AND seats_taken <= seats", name="seats"),
        CheckConstraint("weekly_minutes BETWEEN 1 AND 10080", name="weekly_minutes"),
        CheckConstraint("total_minutes IS NULL OR total_minutes > 0", name="total_minutes"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index("ix_positions_project_id", "project_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    title: Mapped[str]
    domain: Mapped[str]
    seats: Mapped[int]
    seats_taken: Mapped[int] = mapped_column(default=0)
    requirements: Mapped[dict[str, Any]]
    weekly_minutes: Mapped[int]
    total_minutes: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    purchase_order: Mapped[str | None]
    created_at: Mapped[datetime]


class ProjectStep(Row):
    """History of a project's states."""

    __tablename__ = "project_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), index=True)
    event: Mapped[str]
    state: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
