"""Rows of dunning: which step an invoice has had, and which companies may log no new time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class DunningRow(Row):
    """A step of an invoice, once; counted anew after its money was taken back."""

    __tablename__ = "dunning_steps"
    __table_args__ = (
        CheckConstraint(
            "step IN ('due_soon','overdue','reminded','last_call','stopped')", name="step"
        ),
    )

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    counts_from_on: Mapped[date] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class CreditStop(Row):
    """No new time at a company from `stopped_at` on; `limit_minor` comes back when it has paid."""

    __tablename__ = "credit_stops"
    __table_args__ = (
        CheckConstraint("limit_minor >= 0", name="limit"),
        CheckConstraint("lifted_at IS NULL OR lifted_at >= stopped_at", name="lifted"),
        Index(
            "uq_credit_stops_open",
            "company_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("ix_credit_stops_company_id", "company_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    limit_minor: Mapped[int]
    currency: Mapped[str]
    stopped_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
