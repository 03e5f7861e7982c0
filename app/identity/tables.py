"""Rows of identity: users, sessions, tokens, API keys and grants."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class User(Row):
    """Somebody who signs in at one door. A verified address exists at most once per door.

    Unverified ones may repeat: were they unique, a registration would tell who has an account.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index(
            "uq_users_verified_email",
            "door",
            "email_key",
            unique=True,
            postgresql_where=text("email_verified_at IS NOT NULL"),
        ),
        Index("ix_users_door_email_key", "door", "email_key", "created_at"),
        CheckConstraint("door IN ('client','trainer','finance','operations')", name="door"),
        CheckConstraint("language IN ('en','de')", name="language"),
        CheckConstraint(
            "door IN ('client','trainer') OR totp_secret_sealed IS NOT NULL", name="staff_totp"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    door: Mapped[str]
    email: Mapped[str]
    email_key: Mapped[str]
    full_name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    password_hash: Mapped[str]
    email_verified_at: Mapped[datetime | None]
    totp_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class UsedCode(Row):
    """A TOTP time step whose code was used; the key refuses it a second time.

    Rows instead of a last step: in development an authenticator's real time and the moved clock
    are two time lines, and the later one must not lock the earlier one out.
    """

    __tablename__ = "used_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class SignInSession(Row):
    """One family of tokens, from a sign-in to a sign-out, a revocation or its expiry.

    `address_digest` is keyed: it recognises a familiar place and tells nobody where that is.
    `second_factor_at`: when a code was shown last, by the watch on the wall.
    """

    __tablename__ = "sign_in_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    address_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    second_factor_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None]


class PagePass(Row):
    """Finance's way into pages with a browser: a ticket in a link, then a cookie; one of each.

    It hangs on the sign-in that asked for it and ends with that. Only hashes are kept.
    """

    __tablename__ = "page_passes"
    __table_args__ = (
        CheckConstraint(
            "(cookie_hash IS NULL) = (opened_at IS NULL)"
            " AND (cookie_hash IS NULL) = (expires_at IS NULL)",
            name="opened",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in_sessions.id"), index=True)
    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    ticket_expires_at: Mapped[datetime]
    cookie_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    opened_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AccessToken(Row):
    __tablename__ = "access_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in_sessions.id"), index=True)
    expires_at: Mapped[datetime]


class RefreshToken(Row):
    """Used once; `rotated_at` says when. A second use outside the grace revokes the family."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in_sessions.id"), index=True)
    expires_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]


class OneTimeToken(Row):
    """Of a mail: `purpose` is verify_email, reset_password, or step_up for a code to be typed."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        CheckConstraint("purpose IN ('verify_email','reset_password','step_up')", name="purpose"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(Row):
    """A company's key: `lwk_<prefix>.<secret>`, the secret stored as its SHA-256."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    prefix: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Grant(Row):
    """Written by later rooms: user acts for `subject_id` (a company or a trainer) in `role`."""

    __tablename__ = "grants"
    __table_args__ = (Index("ix_grants_subject_id", "subject_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]
