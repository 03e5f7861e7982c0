"""Rows of notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class MailDelivery(Row):
    """One e-mail: intent (row), call, outcome. The text is never stored."""

    __tablename__ = "mail_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('intended','sent','failed')", name="state"),
        CheckConstraint(
            "template IN ('verify_email','reset_password','address_taken')", name="template"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    template: Mapped[str]
    state: Mapped[str]
    intended_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
