"""The company's side of a project's money: budget and bill caps."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.money import Money
from app.kit.db import Row
from app.projects.tables import Position


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


async def position_cap(session: AsyncSession, position_id: UUID) -> Money:
    """The position's bill cap an hour. Every position has one."""
    row = (
        await session.execute(
            select(PositionBillTerms.bill_rate_cap_minor, PositionBillTerms.currency).where(
                PositionBillTerms.position_id == position_id
            )
        )
    ).one()
    return Money(row.bill_rate_cap_minor, row.currency)


async def project_budget(session: AsyncSession, project_id: UUID) -> Money | None:
    """The project's money budget, None when there is none."""
    row = (
        await session.execute(
            select(ProjectBillTerms.budget_minor, ProjectBillTerms.currency).where(
                ProjectBillTerms.project_id == project_id
            )
        )
    ).one_or_none()
    if row is None or row.budget_minor is None:
        return None
    return Money(row.budget_minor, row.currency)


async def position_caps(session: AsyncSession, project_id: UUID) -> dict[UUID, Money]:
    """The bill caps an hour of all positions of a project."""
    rows = await session.execute(
        select(PositionBillTerms)
        .join(Position, Position.id == PositionBillTerms.position_id)
        .where(Position.project_id == project_id)
    )
    return {row.position_id: Money(row.bill_rate_cap_minor, row.currency) for row in rows.scalars()}
