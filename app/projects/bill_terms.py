"""The company's side of a project's money: budget and bill caps."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class ProjectBillTerms(Row):
    """The money budget of a project, empty when there is none."""

    __tablename__ = "project_bill_terms"
    __table_args__ = (CheckConstraint("budget_minor IS NULL OR budget_minor > 0", name="budget"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    budget_minor: Mapped[int | None]
    currency: Mapped[str]


class PositionBillTerms(Row):
    """The highest bill rate an hour that the company will pay in a position."""

    __tablename__ = "position_bill_terms"
    __table_args__ = (CheckConstraint("bill_rate_cap_minor > 0", name="cap"),)

    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"), primary_key=True)
    bill_rate_cap_minor: Mapped[int]
    currency: Mapped[str]
