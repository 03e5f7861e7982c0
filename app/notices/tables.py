"""Rows of notices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class MailDelivery(Row):
    """One e-mail: intent (row), call, outcome. The text is never stored."""

    __tablename__ = "mail_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('intended','sent','failed')", name="state"),
        CheckConstraint(
            "template IN ('verify_email','reset_password','address_taken','step_up')",
            name="template",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    template: Mapped[str]
    state: Mapped[str]
    intended_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Notice(Row):
    """One event told to one user, once: `stage` tells events about the same thing apart.

    `facts` are caps' names, percentages and outcomes. The words are made when they are read.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("uq_notices_event", "kind", "about_id", "stage", "user_id", unique=True),
        Index("ix_notices_user_id", "user_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    about_id: Mapped[UUID]
    stage: Mapped[str]
    deadline_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Device(Row):
    """A phone of a user's. Its token is sealed; the fingerprint finds it again.

    A removed one keeps neither, so that the same phone may come back, with another user too.
    """

    __tablename__ = "devices"
    __table_args__ = (
        CheckConstraint("platform IN ('fcm','apns')", name="platform"),
        CheckConstraint(
            "(removed_at IS NULL) = (token_hash IS NOT NULL)"
            " AND (token_hash IS NULL) = (token_sealed IS NULL)",
            name="token_of_present",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    platform: Mapped[str]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_because: Mapped[str | None]


class NoticeSetting(Row):
    """How a user wants to be told of one kind, where that is not the default."""

    __tablename__ = "notice_settings"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[bool]
    push: Mapped[bool]


class NoticeDelivery(Row):
    """One notice on its way to one mailbox or one phone: intent, call, outcome.

    `due_at`: when the clock looks at it next. While it is `sending` that is the moment from which
    whoever took it counts as dead; `unknown` is sent again under the same id.
    """

    __tablename__ = "notice_deliveries"
    __table_args__ = (
        UniqueConstraint("notice_id", "device_id"),
        Index(
            "uq_notice_deliveries_email",
            "notice_id",
            unique=True,
            postgresql_where=text("device_id IS NULL"),
        ),
        CheckConstraint("channel IN ('email','push')", name="channel"),
        CheckConstraint("(channel = 'push') = (device_id IS NOT NULL)", name="push_to_device"),
        CheckConstraint("state IN ('queued','sending','sent','failed','unknown')", name="state"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint(
            "(state IN ('sent','failed')) = (finished_at IS NOT NULL)", name="finished"
        ),
        Index(
            "ix_notice_deliveries_due",
            "due_at",
            postgresql_where=text("state IN ('queued','sending','unknown')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"))
    channel: Mapped[str]
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"), index=True)
    state: Mapped[str]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome_code: Mapped[str | None]


class NoticeRound(Row):
    """When a sweep that looks for news last did, so that it looks once a minute and not at once
    in two processes."""

    __tablename__ = "notice_rounds"

    name: Mapped[str] = mapped_column(primary_key=True)
    ran_at: Mapped[datetime]
