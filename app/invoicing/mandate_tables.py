"""Rows of companies' saved means of payment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class PaymentMethod(Row):
    """A card or a bank account that the company lets us charge, with the words it agreed to.

    The newest active one is charged. `forgotten_at`: since when the provider can charge it no more.
    """

    __tablename__ = "payment_methods"
    __table_args__ = (
        CheckConstraint("state IN ('intended','open','active','expired','removed')", name="state"),
        CheckConstraint(
            "state <> 'open' OR (provider_session_id IS NOT NULL AND setup_url IS NOT NULL)",
            name="open_has_page",
        ),
        CheckConstraint(
            "(state IN ('active','removed')) = (saved_at IS NOT NULL)"
            " AND (saved_at IS NULL OR (provider_customer_id IS NOT NULL"
            " AND provider_method_id IS NOT NULL AND kind IS NOT NULL))",
            name="saved",
        ),
        CheckConstraint("(state = 'removed') = (removed_at IS NOT NULL)", name="removed"),
        CheckConstraint("forgotten_at IS NULL OR state = 'removed'", name="forgotten"),
        CheckConstraint("consent_language IN ('en','de')", name="consent_language"),
        Index("ix_payment_methods_company_id", "company_id", "consented_at", "id"),
        Index("ix_payment_methods_open", "looked_at", postgresql_where=text("state = 'open'")),
        Index(
            "ix_payment_methods_to_forget",
            "removed_at",
            postgresql_where=text("state = 'removed' AND forgotten_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    state: Mapped[str]
    provider_customer_id: Mapped[str | None]
    provider_session_id: Mapped[str | None] = mapped_column(unique=True)
    setup_url: Mapped[str | None]
    provider_method_id: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[str | None]
    brand: Mapped[str | None]
    last_four: Mapped[str | None]
    expires_year: Mapped[int | None]
    expires_month: Mapped[int | None]
    consent_version: Mapped[str]
    consent_language: Mapped[str]
    consent_text: Mapped[str]
    consented_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    consented_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
