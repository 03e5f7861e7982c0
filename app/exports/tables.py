"""Rows of exports."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class Export(Row):
    """One file asked for by finance; immutable once finished. `[from_on, to_on]` is inclusive."""

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','writing','finished','failed')", name="state"),
        CheckConstraint("to_on >= from_on", name="period"),
        CheckConstraint(
            "(state = 'finished') = (file_key IS NOT NULL AND sha256 IS NOT NULL"
            " AND finished_at IS NOT NULL)",
            name="finished_has_file",
        ),
        Index("ix_exports_created_at", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    format: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date]
    state: Mapped[str]
    rows_written: Mapped[int] = mapped_column(default=0)
    file_key: Mapped[str | None]
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
