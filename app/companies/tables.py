"""Rows of companies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row, after_create

_BELOW_OWNER = "'hiring_manager','reviewer','billing','viewer'"


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
    """A user in a company with a role. A company has one owner, a user one company.

    One company, because a token has to say without a further question for whom its user acts.
    """

    __tablename__ = "company_members"
    __table_args__ = (
        Index(
            "uq_company_members_owner",
            "company_id",
            unique=True,
            postgresql_where=text("role = 'owner'"),
        ),
        CheckConstraint(f"role IN ('owner',{_BELOW_OWNER})", name="role"),
    )

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True, unique=True)
    role: Mapped[str]
    joined_at: Mapped[datetime]


# At most one owner is an index; at least one can only be said of a whole transaction.
after_create(
    CompanyMember.__table__,
    """
CREATE FUNCTION company_keeps_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM companies WHERE id = OLD.company_id) AND NOT EXISTS
     (SELECT FROM company_members WHERE company_id = OLD.company_id AND role = 'owner') THEN
    RAISE EXCEPTION 'a company always has an owner' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER company_members_keep_an_owner AFTER UPDATE OR DELETE ON company_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION company_keeps_an_owner();
""",
    down="""
DROP TRIGGER company_members_keep_an_owner ON company_members;
DROP FUNCTION company_keeps_an_owner();
""",
)


class CompanyInvitation(Row):
    """Somebody who was asked to join, by address. One open invitation per company and address.

    `token_hash` is None until the mail is being sent, and again once the token is void. `mail_id`
    names the newest mail; an older one's token is worth nothing.
    """

    __tablename__ = "company_invitations"
    __table_args__ = (
        Index(
            "uq_company_invitations_open",
            "company_id",
            "email_key",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint(f"role IN ({_BELOW_OWNER})", name="role"),
        CheckConstraint("state IN ('open','accepted','withdrawn')", name="state"),
        CheckConstraint("language IN ('en','de')", name="language"),
        CheckConstraint("mail_state IN ('intended','sent','failed')", name="mail_state"),
        CheckConstraint(
            "(state = 'accepted') = (accepted_by_user_id IS NOT NULL)", name="accepted_by"
        ),
        CheckConstraint("state = 'open' OR token_hash IS NULL", name="token_of_open"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    email: Mapped[str]
    email_key: Mapped[str]
    role: Mapped[str]
    language: Mapped[str]
    state: Mapped[str]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    mail_id: Mapped[UUID]
    mail_state: Mapped[str]
    invited_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    accepted_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class CompanyMemberStep(Row):
    """History of who came, went and changed role. `user_id` or `invitation_id` says who it is
    about; `role` is the one afterwards, None after leaving."""

    __tablename__ = "company_member_steps"
    __table_args__ = (
        CheckConstraint("user_id IS NOT NULL OR invitation_id IS NOT NULL", name="about"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    invitation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("company_invitations.id"), index=True
    )
    event: Mapped[str]
    role: Mapped[str | None]
    actor: Mapped[str]
    at: Mapped[datetime]


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
        CheckConstraint("kind IN ('invoice','prepaid')", name="kind"),
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
