"""Rows of companies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class Company(Row):
    """A client organisation. `currency` is the one of all its money."""

    __tablename__ = "companies"
    __table_args__ = (
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    legal_name: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    billing_email: Mapped[str]
    created_at: Mapped[datetime]


class CompanyMember(Row):
    """A user in a company with a role; exactly one owner for now."""

    __tablename__ = "company_members"
    __table_args__ = (
        Index(
            "uq_company_members_owner",
            "company_id",
            unique=True,
            postgresql_where=text("role = 'owner'"),
        ),
    )

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[str]
    joined_at: Mapped[datetime]


class BillingProfile(Row):
    """Who is invoiced and how. `address` = {line1, line2?, city, postal_code, country}."""

    __tablename__ = "billing_profiles"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    legal_name: Mapped[str]
    address: Mapped[dict[str, Any]]
    vat_id: Mapped[str | None]
    tax_treatment: Mapped[str | None]
    buyer_reference: Mapped[str | None]
    cost_centre: Mapped[str | None]
    timezone: Mapped[str]
    requested_terms: Mapped[dict[str, Any] | None]
    updated_at: Mapped[datetime]


class CreditTerms(Row):
    """Terms that finance granted, dated. The newest `effective_at` <= now holds."""

    __tablename__ = "credit_terms"
    __table_args__ = (
        UniqueConstraint("company_id", "effective_at"),
        CheckConstraint("kind IN ('invoice')", name="kind"),
        CheckConstraint("net_days BETWEEN 0 AND 120", name="net_days"),
        CheckConstraint("credit_limit_minor >= 0", name="credit_limit"),
        CheckConstraint("funding_rule IN ('on_collection','on_approval')", name="funding_rule"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str]
    net_days: Mapped[int]
    credit_limit_minor: Mapped[int]
    currency: Mapped[str]
    funding_rule: Mapped[str]
    effective_at: Mapped[datetime]
    granted_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
