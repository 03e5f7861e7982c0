"""Rows of money that came in for invoices and of money that was taken back.

`InvoiceSettlement` and `CreditMove` say where each cent went and are only ever added to; `Refund`
and `Dispute` are the facts behind what was taken back; `ProviderMove` is what they did to our
balance at the provider. `WriteOff` and `WriteOffMove` are what is not expected to come in at all.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row, after_create

_PARTS = (
    "from_invoice_minor >= 0 AND from_credit_minor >= 0 AND from_us_minor >= 0"
    " AND amount_minor = from_invoice_minor + from_credit_minor + from_us_minor"
)


class InvoiceSettlement(Row):
    """A part of an invoice that is settled (positive), or open again (negative). `about_id` is the
    collection, refund or dispute that did it, `collection_id` the payment that it is part of."""

    __tablename__ = "invoice_settlements"
    __table_args__ = (
        UniqueConstraint("kind", "about_id"),
        CheckConstraint(
            "CASE WHEN kind IN ('payment','wallet','refund_failed','dispute_won')"
            " THEN amount_minor > 0"
            " WHEN kind IN ('refund','dispute_lost') THEN amount_minor < 0 ELSE false END",
            name="kind",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), index=True)
    collection_id: Mapped[UUID | None] = mapped_column(ForeignKey("collections.id"), index=True)
    kind: Mapped[str]
    about_id: Mapped[UUID]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    at: Mapped[datetime]


class CreditMove(Row):
    """What came into a company's wallet (positive), or went out of it."""

    __tablename__ = "credit_moves"
    __table_args__ = (
        UniqueConstraint("kind", "about_id"),
        CheckConstraint(
            "CASE WHEN kind IN ('payment','refund_failed','dispute_won') THEN amount_minor > 0"
            " WHEN kind IN ('refund','dispute_lost','wallet') THEN amount_minor < 0"
            " ELSE false END",
            name="kind",
        ),
        Index("ix_credit_moves_company_id", "company_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    collection_id: Mapped[UUID | None] = mapped_column(ForeignKey("collections.id"), index=True)
    kind: Mapped[str]
    about_id: Mapped[UUID]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    at: Mapped[datetime]


class WalletHold(Row):
    """Of a wallet, set aside for one engagement's pay week, tax included."""

    __tablename__ = "wallet_holds"
    __table_args__ = (CheckConstraint("held_minor >= 0", name="held"),)

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), primary_key=True)
    week_starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    held_minor: Mapped[int]
    currency: Mapped[str]
    changed_at: Mapped[datetime]


class ProviderMove(Row):
    """A line on the provider's statement that we booked: what came in is positive."""

    __tablename__ = "provider_moves"
    __table_args__ = (
        CheckConstraint("net_minor <> 0 AND fee_minor >= 0", name="sums"),
        Index(
            "ix_provider_moves_to_clear",
            "available_at",
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    net_minor: Mapped[int]
    fee_minor: Mapped[int]
    currency: Mapped[str]
    available_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    booked_at: Mapped[datetime]


class Refund(Row):
    """Money of one payment that goes back to who paid it. `ordered_by_user_id` is None for one
    that was made at the provider. The parts say out of what it is paid."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(
            "state IN ('intended','sending','unknown','sent','declined','failed')", name="state"
        ),
        CheckConstraint(f"amount_minor > 0 AND {_PARTS}", name="parts"),
        CheckConstraint(
            "state NOT IN ('sent','failed') OR (provider_refund_id IS NOT NULL"
            " AND sent_at IS NOT NULL)",
            name="sent",
        ),
        CheckConstraint("(state IN ('declined','failed')) = (ended_at IS NOT NULL)", name="ended"),
        Index("ix_refunds_intended_at", "intended_at", "id"),
        Index(
            "ix_refunds_under_way",
            "tried_at",
            postgresql_where=text("state IN ('intended','sending','unknown')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    collection_id: Mapped[UUID] = mapped_column(ForeignKey("collections.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    state: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    from_invoice_minor: Mapped[int]
    from_credit_minor: Mapped[int]
    from_us_minor: Mapped[int]
    reason: Mapped[str]
    ordered_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    provider_refund_id: Mapped[str | None] = mapped_column(unique=True)
    outcome_code: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    absent_since_at: Mapped[datetime | None]
    intended_at: Mapped[datetime]
    tried_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Dispute(Row):
    """A payment that its payer's bank questions. The parts say who bears a lost one."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("state IN ('open','withdrawn','won','lost','closed')", name="state"),
        CheckConstraint(
            f"amount_minor > 0 AND (state <> 'lost' OR ({_PARTS}))",
            name="parts",
        ),
        CheckConstraint("(state IN ('open','withdrawn')) = (closed_at IS NULL)", name="closed"),
        Index("ix_disputes_opened_at", "opened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    collection_id: Mapped[UUID] = mapped_column(ForeignKey("collections.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    provider_dispute_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    reason: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    from_invoice_minor: Mapped[int] = mapped_column(default=0)
    from_credit_minor: Mapped[int] = mapped_column(default=0)
    from_us_minor: Mapped[int] = mapped_column(default=0)
    evidence_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class WriteOff(Row):
    """The decision to expect nothing more of an invoice: all that was due of it then.

    Above what one person may decide alone it awaits another one.
    """

    __tablename__ = "write_offs"
    __table_args__ = (
        CheckConstraint("state IN ('awaiting_approval','booked','lapsed')", name="state"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "reason_code IN ('insolvency','unreachable','uneconomical','time_barred','agreed')",
            name="reason_code",
        ),
        CheckConstraint("length(reason) > 0 AND length(evidence) > 0", name="reasoned"),
        CheckConstraint("(state = 'booked') = (booked_at IS NOT NULL)", name="booked"),
        CheckConstraint(
            "approved_by_user_id IS NULL OR (state = 'booked'"
            " AND approved_by_user_id <> ordered_by_user_id)",
            name="four_eyes",
        ),
        Index(
            "uq_write_offs_awaiting",
            "invoice_id",
            unique=True,
            postgresql_where=text("state = 'awaiting_approval'"),
        ),
        Index("ix_write_offs_ordered_at", "ordered_at", "id"),
        Index("ix_write_offs_invoice_id", "invoice_id"),
        Index("ix_write_offs_ordered_by_user_id", "ordered_by_user_id", "ordered_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    state: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    reason_code: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str]
    ordered_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ordered_at: Mapped[datetime]
    approved_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    booked_at: Mapped[datetime | None]


class WriteOffMove(Row):
    """What was written off of an invoice (positive) or recovered (negative); `tax_minor` of it is
    tax. `about_id`: the write-off, or the fact that settled a part or opened it again."""

    __tablename__ = "write_off_moves"
    __table_args__ = (
        UniqueConstraint("kind", "about_id"),
        CheckConstraint(
            "CASE WHEN kind IN ('written_off','taken_back') THEN amount_minor > 0"
            " WHEN kind = 'recovered' THEN amount_minor < 0 ELSE false END",
            name="kind",
        ),
        CheckConstraint("abs(tax_minor) <= abs(amount_minor)", name="tax"),
        CheckConstraint("tax_minor = 0 OR sign(tax_minor) = sign(amount_minor)", name="sign"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), index=True)
    kind: Mapped[str]
    about_id: Mapped[UUID]
    amount_minor: Mapped[int]
    tax_minor: Mapped[int]
    currency: Mapped[str]
    at: Mapped[datetime]


class SuspenseItem(Row):
    """Money at our bank of which nobody knew whose it is or what for: open, then assigned to an
    invoice or a company's wallet, or sent back. `payer` is what the bank said.

    `return_reference`: where the payment back can be looked up.
    """

    __tablename__ = "suspense_items"
    __table_args__ = (
        UniqueConstraint("received_on", "reference", "amount_minor", "currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("length(payer) > 0 AND length(reference) > 0", name="said"),
        CheckConstraint(
            "CASE state WHEN 'open' THEN ended_at IS NULL AND ended_by_user_id IS NULL"
            " AND company_id IS NULL AND return_reference IS NULL"
            " WHEN 'assigned' THEN ended_at IS NOT NULL AND ended_by_user_id IS NOT NULL"
            " AND company_id IS NOT NULL AND return_reference IS NULL"
            " WHEN 'returned' THEN ended_at IS NOT NULL AND ended_by_user_id IS NOT NULL"
            " AND company_id IS NULL AND return_reference IS NOT NULL ELSE false END",
            name="state",
        ),
        CheckConstraint("invoice_id IS NULL OR company_id IS NOT NULL", name="whose"),
        Index("ix_suspense_items_recorded_at", "recorded_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    received_on: Mapped[date]
    payer: Mapped[str]
    reference: Mapped[str]
    recorded_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    recorded_at: Mapped[datetime]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    return_reference: Mapped[str | None]
    ended_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    ended_at: Mapped[datetime | None]


after_create(
    InvoiceSettlement.__table__,
    """
CREATE FUNCTION money_fact_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'where money went is only ever added to' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER invoice_settlements_frozen BEFORE UPDATE OR DELETE ON invoice_settlements
  FOR EACH ROW EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER invoice_settlements_kept BEFORE TRUNCATE ON invoice_settlements
  FOR EACH STATEMENT EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER credit_moves_frozen BEFORE UPDATE OR DELETE ON credit_moves
  FOR EACH ROW EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER credit_moves_kept BEFORE TRUNCATE ON credit_moves
  FOR EACH STATEMENT EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER write_off_moves_frozen BEFORE UPDATE OR DELETE ON write_off_moves
  FOR EACH ROW EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER write_off_moves_kept BEFORE TRUNCATE ON write_off_moves
  FOR EACH STATEMENT EXECUTE FUNCTION money_fact_is_frozen();
""",
    down="DROP FUNCTION IF EXISTS money_fact_is_frozen() CASCADE",
)
