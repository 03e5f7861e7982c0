"""Rows of reconciling."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row, after_create


class StatementEntry(Row):
    """A line of the provider's statement, as fetched. `account` is `platform` or a payee's.

    `reference` is the fact in the words of our postings' keys, `transfer:tr_1`.
    """

    __tablename__ = "statement_entries"
    __table_args__ = (
        UniqueConstraint("account", "provider_id"),
        CheckConstraint("net_minor = gross_minor - fee_minor", name="net"),
        Index("ix_statement_entries_reference", "account", "reference"),
        Index("ix_statement_entries_happened_at", "happened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str]
    provider_id: Mapped[str]
    kind: Mapped[str]
    category: Mapped[str]
    source_id: Mapped[str | None]
    reference: Mapped[str]
    gross_minor: Mapped[int]
    fee_minor: Mapped[int]
    net_minor: Mapped[int]
    currency: Mapped[str]
    happened_at: Mapped[datetime]
    available_at: Mapped[datetime]
    fetched_at: Mapped[datetime]


class StatementWatermark(Row):
    """How far an account's statement is fetched: everything that happened before `asked_at`.

    While a fetch is under way, `window_opened_at` says when it began, `window_since_at` how far
    back it goes, and `cursor` which page comes next.
    """

    __tablename__ = "statement_watermarks"

    account: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime | None]
    window_opened_at: Mapped[datetime | None]
    window_since_at: Mapped[datetime | None]
    cursor: Mapped[str | None]


class ReconciliationRun(Row):
    """One comparison. `ordered_by_user_id` is empty when the clock ordered it."""

    __tablename__ = "reconciliation_runs"
    __table_args__ = (
        CheckConstraint("state IN ('ordered','fetching','finished')", name="state"),
        CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name="finished"),
        Index("ix_reconciliation_runs_ordered_at", "ordered_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    ordered_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    ordered_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    accounts_total: Mapped[int] = mapped_column(default=0)
    accounts_done: Mapped[int] = mapped_column(default=0)
    lines_compared: Mapped[int] = mapped_column(default=0)
    lines_matched: Mapped[int] = mapped_column(default=0)
    differences_open: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]


class ReconciliationDifference(Row):
    """What the statement and the books do not say alike, from the first day to the last.

    Sums are nets with their fees, minor units; empty where that side says nothing.
    """

    __tablename__ = "reconciliation_differences"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('missing_in_ledger','missing_at_provider','amount_differs','twice')",
            name="kind",
        ),
        CheckConstraint(
            "provider_minor IS NOT NULL OR ledger_minor IS NOT NULL", name="somebody_says_it"
        ),
        Index(
            "uq_reconciliation_differences_open",
            "fingerprint",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_reconciliation_differences_first_seen_at", "first_seen_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    kind: Mapped[str]
    account: Mapped[str]
    reference: Mapped[str]
    provider_entry_id: Mapped[str | None]
    posting_group_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("posting_groups.id"), index=True
    )
    currency: Mapped[str]
    ledger_currency: Mapped[str | None]
    provider_minor: Mapped[int | None]
    provider_fee_minor: Mapped[int | None]
    ledger_minor: Mapped[int | None]
    ledger_fee_minor: Mapped[int | None]
    cause: Mapped[str]
    happened_at: Mapped[datetime]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class ReconciliationBalance(Row):
    """A balance at the provider beside ours, as one run found them.

    `bucket`: available or pending of the platform, held of a payee's account.
    """

    __tablename__ = "reconciliation_balances"
    __table_args__ = (CheckConstraint("bucket IN ('available','pending','held')", name="bucket"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation_runs.id"), primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    provider_minor: Mapped[int]
    ledger_minor: Mapped[int]


after_create(
    StatementEntry.__table__,
    """
CREATE FUNCTION statement_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: a statement is kept as it was fetched', TG_OP, TG_TABLE_NAME
    USING ERRCODE = '42501';
END $$;
CREATE TRIGGER statement_entries_frozen BEFORE UPDATE OR DELETE ON statement_entries
  FOR EACH ROW EXECUTE FUNCTION statement_is_append_only();
CREATE TRIGGER statement_entries_kept BEFORE TRUNCATE ON statement_entries
  FOR EACH STATEMENT EXECUTE FUNCTION statement_is_append_only();
""",
    down="""
DROP FUNCTION IF EXISTS statement_is_append_only() CASCADE;
""",
)
