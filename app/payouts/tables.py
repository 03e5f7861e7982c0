"""Rows of payouts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class PayoutAccount(Row):
    """Where a trainer is paid. `state`: intended | created; `ready`, `missing` as last fetched.

    `destination` is a digest of the bank accounts that the provider holds: enough to see a change.
    """

    __tablename__ = "payout_accounts"
    __table_args__ = (CheckConstraint("state IN ('intended','created')", name="state"),)

    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), primary_key=True)
    state: Mapped[str]
    provider_account_id: Mapped[str | None] = mapped_column(unique=True)
    ready: Mapped[bool] = mapped_column(default=False)
    missing: Mapped[list[Any]]
    destination: Mapped[str | None]
    first_ready_at: Mapped[datetime | None]
    intended_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]


class PayoutHold(Row):
    """Something that stops a trainer's money, or one payout of hers, until it is released.

    `until_at`: it ends by itself then. `look_at`: when finance has promised to look again.
    """

    __tablename__ = "payout_holds"
    __table_args__ = (
        CheckConstraint("cause IN ('finance_hold','bank_change')", name="cause"),
        CheckConstraint(
            "cause <> 'finance_hold' OR reason IS NOT NULL AND look_at IS NOT NULL", name="reason"
        ),
        CheckConstraint("cause <> 'bank_change' OR until_at IS NOT NULL", name="ends"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        Index("ix_payout_holds_trainer_id", "trainer_id", "placed_at", "id"),
        Index("ix_payout_holds_payout_id", "payout_id"),
        Index("ix_payout_holds_placed_at", "placed_at", "id"),
        Index(
            "uq_payout_holds_trainer",
            "trainer_id",
            unique=True,
            postgresql_where=text(
                "released_at IS NULL AND cause = 'finance_hold' AND payout_id IS NULL"
            ),
        ),
        Index(
            "uq_payout_holds_payout",
            "payout_id",
            unique=True,
            postgresql_where=text("released_at IS NULL AND cause = 'finance_hold'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    payout_id: Mapped[UUID | None] = mapped_column(ForeignKey("payouts.id"))
    cause: Mapped[str]
    reason: Mapped[str | None]
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    released_at: Mapped[datetime | None]


class SanctionsScreening(Row):
    """What screening a trainer against the sanctions lists of a day said. Never changed."""

    __tablename__ = "sanctions_screenings"
    __table_args__ = (
        CheckConstraint("outcome IN ('clear','review')", name="outcome"),
        Index("ix_sanctions_screenings_trainer_id", "trainer_id", "screened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    outcome: Mapped[str]
    lists: Mapped[str]
    lists_of_at: Mapped[datetime]
    recorded_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    screened_at: Mapped[datetime]


class PayoutRun(Row):
    """One order of finance to pay what is due as of an instant.

    Above a sum it awaits a second person. `intended_count`: how many payouts it set out to make.
    """

    __tablename__ = "payout_runs"
    __table_args__ = (
        CheckConstraint("state IN ('planned','awaiting_approval','finished')", name="state"),
        CheckConstraint("approved_by_user_id <> created_by_user_id", name="two_people"),
        CheckConstraint("(approved_by_user_id IS NULL) = (approved_at IS NULL)", name="approved"),
        CheckConstraint(
            "state <> 'awaiting_approval' OR approved_by_user_id IS NULL", name="awaited"
        ),
        Index("ix_payout_runs_created_at", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of_at: Mapped[datetime]
    state: Mapped[str]
    created_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    approved_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    approved_at: Mapped[datetime | None]
    intended_count: Mapped[int | None]


class Payout(Row):
    """Our promise to pay one trainer one sum in one currency."""

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending','sent','settled','held','failed','returned','canceled')",
            name="state",
        ),
        CheckConstraint("pay_minor > 0", name="positive"),
        Index(
            "uq_payouts_open",
            "trainer_id",
            "currency",
            unique=True,
            postgresql_where=text("state IN ('pending','sent','held','returned')"),
        ),
        Index("ix_payouts_trainer_id", "trainer_id", "created_at", "id"),
        Index("ix_payouts_created_at", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("payout_runs.id"), index=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    state: Mapped[str]
    pay_minor: Mapped[int]
    currency: Mapped[str]
    provider_account_id: Mapped[str]
    transfer_id: Mapped[str | None] = mapped_column(unique=True)
    bank_payout_id: Mapped[str | None] = mapped_column(unique=True)
    failure_code: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class PayoutStep(Row):
    """History of a payout's states."""

    __tablename__ = "payout_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payouts.id"), index=True)
    event: Mapped[str]
    state: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


class PayoutLine(Row):
    """A pay line in a payout; `live` is false once the payout definitely failed."""

    __tablename__ = "payout_lines"
    __table_args__ = (
        Index(
            "uq_payout_lines_live",
            "pay_line_id",
            unique=True,
            postgresql_where=text("live"),
        ),
    )

    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payouts.id"), primary_key=True)
    pay_line_id: Mapped[UUID] = mapped_column(
        ForeignKey("pay_lines.id"), primary_key=True, index=True
    )
    pay_minor: Mapped[int]
    currency: Mapped[str]
    live: Mapped[bool] = mapped_column(default=True)


class PayoutAttempt(Row):
    """One try at one step of a payout. Its id is the idempotency key at the provider.

    `tries` counts the calls made under this key, the last of them at `called_at`;
    `absent_since_at` is the first look-up that found nothing at the provider.
    """

    __tablename__ = "payout_attempts"
    __table_args__ = (
        UniqueConstraint("payout_id", "kind", "number"),
        CheckConstraint("kind IN ('transfer','bank_payout')", name="kind"),
        CheckConstraint(
            "state IN ('intended','sending','settled','declined','unknown')", name="state"
        ),
        CheckConstraint("amount_minor > 0", name="positive"),
        Index(
            "uq_payout_attempts_open",
            "payout_id",
            unique=True,
            postgresql_where=text("state IN ('intended','sending','unknown')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payouts.id"))
    kind: Mapped[str]
    number: Mapped[int]
    state: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    destination: Mapped[str]
    provider_id: Mapped[str | None]
    outcome_code: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    absent_since_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    intended_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
