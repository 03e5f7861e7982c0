"""Rows of hiring. No rate stands here; see bill_terms.py and pay_terms.py."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class Application(Row):
    """A trainer asks for a position; the id is minted by the phone."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint(
            "state IN ('submitted','shortlisted','screening','offered','hired','declined',"
            "'withdrawn')",
            name="state",
        ),
        CheckConstraint(
            "state <> 'declined' OR (reason_code IS NOT NULL AND explanation IS NOT NULL)",
            name="decline_has_reason",
        ),
        Index(
            "uq_applications_live",
            "position_id",
            "trainer_id",
            unique=True,
            postgresql_where=text("state NOT IN ('declined','withdrawn')"),
        ),
        Index("ix_applications_position_id", "position_id", "created_at", "id"),
        Index("ix_applications_trainer_id", "trainer_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"))
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    state: Mapped[str]
    note: Mapped[str | None]
    reason_code: Mapped[str | None]
    explanation: Mapped[str | None]
    decide_by_at: Mapped[datetime]
    created_at: Mapped[datetime]


class ApplicationStep(Row):
    """History of an application's states."""

    __tablename__ = "application_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    event: Mapped[str]
    state: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


class Offer(Row):
    """An offer; its money stands in two other tables."""

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint(
            "state IN ('sent','accepted','declined','expired','withdrawn')", name="state"
        ),
        CheckConstraint("weekly_minutes BETWEEN 1 AND 10080", name="weekly_minutes"),
        CheckConstraint("total_minutes IS NULL OR total_minutes > 0", name="total_minutes"),
        CheckConstraint("pay_week_first_day BETWEEN 1 AND 7", name="first_day"),
        Index(
            "uq_offers_open",
            "application_id",
            unique=True,
            postgresql_where=text("state = 'sent'"),
        ),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        CheckConstraint("(state = 'sent') = (decided_at IS NULL)", name="decided"),
        Index("ix_offers_trainer_id", "trainer_id", "created_at", "id"),
        Index("ix_offers_due", "expires_at", "id", postgresql_where=text("state = 'sent'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    state: Mapped[str]
    weekly_minutes: Mapped[int]
    total_minutes: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    expires_at: Mapped[datetime]
    pay_week_timezone: Mapped[str]
    pay_week_first_day: Mapped[int]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class OfferStep(Row):
    """History of an offer's states."""

    __tablename__ = "offer_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), index=True)
    event: Mapped[str]
    state: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
