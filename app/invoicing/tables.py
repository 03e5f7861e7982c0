"""Rows of invoicing."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row, after_create


class IssuerProfile(Row):
    """The platform's own legal entity, dated; the newest `effective_at` <= now is printed."""

    __tablename__ = "issuer_profiles"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    profile: Mapped[dict[str, Any]]
    effective_at: Mapped[datetime] = mapped_column(unique=True)
    set_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)


class InvoiceSeries(Row):
    """The last number given in a series and year, moved in the issuing transaction: no gaps."""

    __tablename__ = "invoice_series"
    __table_args__ = (CheckConstraint("last_number >= 0", name="last_number"),)

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class InvoiceRun(Row):
    """One order of finance to invoice everything approved through a date."""

    __tablename__ = "invoice_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    through_on: Mapped[date]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    created_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]


class Invoice(Row):
    """A legal document, frozen at issue: buyer and issuer are copies, not references.

    Only `state`, `collected_at`, what is settled or written off, and the document's place may
    change afterwards.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("series", "year", "sequence"),
        CheckConstraint("state IN ('issued','collected','uncollectible')", name="state"),
        CheckConstraint("gross_minor = net_minor + tax_minor", name="gross"),
        CheckConstraint("net_minor >= 0 AND tax_minor >= 0", name="not_negative"),
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("(state = 'collected') = (collected_at IS NOT NULL)", name="collected"),
        CheckConstraint(
            "settled_minor BETWEEN 0 AND gross_minor"
            " AND (state = 'collected') = (settled_minor = gross_minor)",
            name="settled",
        ),
        CheckConstraint(
            "CASE WHEN state = 'uncollectible' THEN written_off_minor > 0"
            " AND settled_minor + written_off_minor = gross_minor ELSE written_off_minor = 0 END",
            name="written_off",
        ),
        CheckConstraint("(document_key IS NULL) = (document_sha256 IS NULL)", name="document"),
        CheckConstraint("language IN ('en','de')", name="language"),
        Index("ix_invoices_company_id", "company_id", "issued_at", "id"),
        Index("ix_invoices_issued_at", "issued_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("invoice_runs.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    series: Mapped[str]
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    state: Mapped[str]
    currency: Mapped[str]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    gross_minor: Mapped[int]
    settled_minor: Mapped[int] = mapped_column(server_default="0")
    written_off_minor: Mapped[int] = mapped_column(server_default="0")
    issuer: Mapped[dict[str, Any]]
    buyer: Mapped[dict[str, Any]]
    service_from_on: Mapped[date]
    service_to_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    collected_at: Mapped[datetime | None]
    document_key: Mapped[str | None]
    document_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)


class InvoiceLine(Row):
    """One bill line on one invoice, with its terms pinned."""

    __tablename__ = "invoice_lines"
    __table_args__ = (
        UniqueConstraint("invoice_id", "place"),
        UniqueConstraint("bill_line_id"),
        CheckConstraint(
            "CASE type WHEN 'time' THEN minutes >= 0 AND net_minor >= 0"
            " WHEN 'correction' THEN minutes <> 0 AND sign(net_minor) * sign(minutes) >= 0"
            " WHEN 'bonus' THEN minutes = 0 AND net_minor > 0"
            " WHEN 'expense' THEN minutes = 0 AND net_minor > 0"
            " WHEN 'clawback' THEN minutes = 0 AND net_minor < 0 ELSE false END",
            name="sign",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    place: Mapped[int]
    bill_line_id: Mapped[UUID] = mapped_column(ForeignKey("bill_lines.id"))
    position_title: Mapped[str]
    trainer_label: Mapped[str]
    purchase_order: Mapped[str | None]
    week_from_on: Mapped[date]
    week_to_on: Mapped[date]
    minutes: Mapped[int]
    bill_rate_minor: Mapped[int]
    net_minor: Mapped[int]
    currency: Mapped[str]
    tax_category: Mapped[str]
    tax_rate_bps: Mapped[int]
    type: Mapped[str] = mapped_column(default="time")


class InvoiceTaxGroup(Row):
    """Tax of one category and rate on one invoice, rounded once per group."""

    __tablename__ = "invoice_tax_groups"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    rate_bps: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    currency: Mapped[str]


class Collection(Row):
    """One way in which money comes in, for an invoice or (none) for the company's wallet. At most
    one of an invoice is live. A `charge` is made by the clock of a saved means of payment, once.

    `returned_minor`: what of it was taken back, by refunds and disputes. `looked_at` is when the
    provider was last asked, so that a lost webhook is made up for.
    """

    __tablename__ = "collections"
    __table_args__ = (
        CheckConstraint("kind IN ('checkout','recorded','charge')", name="kind"),
        CheckConstraint("state IN ('intended','open','paid','expired')", name="state"),
        CheckConstraint("kind <> 'recorded' OR state = 'paid'", name="recorded_is_paid"),
        CheckConstraint(
            "state <> 'open' OR CASE kind WHEN 'charge' THEN provider_intent_id IS NOT NULL"
            " ELSE provider_session_id IS NOT NULL AND checkout_url IS NOT NULL END",
            name="open_has_page",
        ),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid_at"),
        CheckConstraint(
            "state <> 'paid' OR kind = 'recorded' OR (balance_transaction_id IS NOT NULL"
            " AND stripe_fee_minor IS NOT NULL AND available_at IS NOT NULL)",
            name="checkout_has_figures",
        ),
        CheckConstraint(
            "(kind = 'charge') = (payment_method_id IS NOT NULL)"
            " AND (kind <> 'charge' OR invoice_id IS NOT NULL)",
            name="charge_has_method",
        ),
        CheckConstraint(
            "kind <> 'recorded' OR (evidence IS NOT NULL AND received_on IS NOT NULL)",
            name="recorded_has_evidence",
        ),
        Index(
            "uq_collections_live",
            "invoice_id",
            unique=True,
            postgresql_where=text("state IN ('intended','open')"),
        ),
        # What was refused once, or was taken back, is never charged again by itself.
        Index(
            "uq_collections_charge",
            "invoice_id",
            "payment_method_id",
            unique=True,
            postgresql_where=text("kind = 'charge'"),
        ),
        CheckConstraint("returned_minor BETWEEN 0 AND amount_minor", name="returned"),
        CheckConstraint("returned_minor = 0 OR state = 'paid'", name="returned_of_paid"),
        Index("ix_collections_invoice_id", "invoice_id"),
        Index("ix_collections_open", "looked_at", postgresql_where=text("state = 'open'")),
        Index(
            "ix_collections_to_clear",
            "available_at",
            postgresql_where=text("state = 'paid' AND kind <> 'recorded' AND cleared_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    kind: Mapped[str]
    state: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    returned_minor: Mapped[int] = mapped_column(server_default="0")
    provider_session_id: Mapped[str | None] = mapped_column(unique=True)
    checkout_url: Mapped[str | None]
    payment_method_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("payment_methods.id"), index=True
    )
    provider_intent_id: Mapped[str | None] = mapped_column(unique=True)
    outcome_code: Mapped[str | None]
    provider_charge_id: Mapped[str | None] = mapped_column(unique=True)
    balance_transaction_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_fee_minor: Mapped[int | None]
    available_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    evidence: Mapped[str | None]
    received_on: Mapped[date | None]
    recorded_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    intended_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]


after_create(
    Invoice.__table__,
    """
CREATE FUNCTION invoice_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] :=
    '{state,collected_at,settled_minor,written_off_minor,document_key,document_sha256}';
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'an issued invoice is never deleted' USING ERRCODE = '42501';
  END IF;
  IF (to_jsonb(NEW) - moving) <> (to_jsonb(OLD) - moving) THEN
    RAISE EXCEPTION 'an issued invoice is never edited' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoices_frozen BEFORE UPDATE OR DELETE ON invoices
  FOR EACH ROW EXECUTE FUNCTION invoice_is_frozen();
CREATE TRIGGER invoices_kept BEFORE TRUNCATE ON invoices
  FOR EACH STATEMENT EXECUTE FUNCTION invoice_is_frozen();
""",
    down="DROP FUNCTION IF EXISTS invoice_is_frozen() CASCADE",
)
after_create(
    InvoiceLine.__table__,
    """
CREATE FUNCTION invoice_line_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a line or tax group of an invoice is never changed' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER invoice_lines_frozen BEFORE UPDATE OR DELETE ON invoice_lines
  FOR EACH ROW EXECUTE FUNCTION invoice_line_is_frozen();
CREATE TRIGGER invoice_lines_kept BEFORE TRUNCATE ON invoice_lines
  FOR EACH STATEMENT EXECUTE FUNCTION invoice_line_is_frozen();
CREATE TRIGGER invoice_tax_groups_frozen BEFORE UPDATE OR DELETE ON invoice_tax_groups
  FOR EACH ROW EXECUTE FUNCTION invoice_line_is_frozen();
CREATE TRIGGER invoice_tax_groups_kept BEFORE TRUNCATE ON invoice_tax_groups
  FOR EACH STATEMENT EXECUTE FUNCTION invoice_line_is_frozen();
""",
    down="DROP FUNCTION IF EXISTS invoice_line_is_frozen() CASCADE",
)
