"""The company's side of an engagement's money: dated bill rates an hour."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain import rates
from app.domain.money import Money
from app.domain.rates import DatedRate
from app.kit.db import Row
from app.kit.ids import new_id


class EngagementBillTerms(Row):
    """A bill rate from `effective_at` on; rows are added, never changed."""

    __tablename__ = "engagement_bill_terms"
    __table_args__ = (
        UniqueConstraint("engagement_id", "effective_at"),
        CheckConstraint("bill_minor > 0", name="positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    bill_minor: Mapped[int]
    currency: Mapped[str]
    effective_at: Mapped[datetime]


class ChangedBillTerms(Row):
    """The bill rate of a change of terms, whether it comes to hold or not."""

    __tablename__ = "terms_change_bill_terms"
    __table_args__ = (CheckConstraint("bill_minor > 0", name="positive"),)

    change_id: Mapped[UUID] = mapped_column(
        ForeignKey("engagement_terms_changes.id"), primary_key=True
    )
    bill_minor: Mapped[int]
    currency: Mapped[str]


async def rates_of(session: AsyncSession, engagement_id: UUID) -> list[DatedRate]:
    """All bill rates of an engagement, oldest first; the caller has checked whose it is."""
    return (await rates_of_many(session, [engagement_id]))[engagement_id]


async def rates_of_many(
    session: AsyncSession, engagement_ids: Collection[UUID]
) -> dict[UUID, list[DatedRate]]:
    """The same for several engagements in one read; an unknown id has an empty list."""
    found: dict[UUID, list[DatedRate]] = {id_: [] for id_ in engagement_ids}
    rows = await session.execute(
        select(
            EngagementBillTerms.engagement_id,
            EngagementBillTerms.effective_at,
            EngagementBillTerms.bill_minor,
            EngagementBillTerms.currency,
        )
        .where(EngagementBillTerms.engagement_id.in_(list(found)))
        .order_by(EngagementBillTerms.effective_at)
    )
    for engagement_id, effective_at, minor, currency in rows:
        found[engagement_id].append(DatedRate(effective_at, minor, currency))
    return found


async def rate_at(session: AsyncSession, engagement_id: UUID, at: datetime) -> DatedRate:
    """The bill rate that holds at `at`. Raises LookupError before the engagement's first day."""
    return rates.rate_at(await rates_of(session, engagement_id), at)


async def add_rate(session: AsyncSession, engagement_id: UUID, rate: DatedRate) -> None:
    """Write down a bill rate from its `effective_at` on."""
    session.add(
        EngagementBillTerms(
            id=new_id(),
            engagement_id=engagement_id,
            bill_minor=rate.minor,
            currency=rate.currency,
            effective_at=rate.effective_at,
        )
    )
    await session.flush()


async def write_changed(session: AsyncSession, change_id: UUID, bill: Money) -> None:
    """Write down the bill rate of a change of terms."""
    session.add(
        ChangedBillTerms(change_id=change_id, bill_minor=bill.minor, currency=bill.currency)
    )
    await session.flush()


async def changed(session: AsyncSession, change_ids: Collection[UUID]) -> dict[UUID, Money]:
    """The bill rates of changes; the caller has checked whose they are."""
    rows = await session.execute(
        select(
            ChangedBillTerms.change_id, ChangedBillTerms.bill_minor, ChangedBillTerms.currency
        ).where(ChangedBillTerms.change_id.in_(list(change_ids)))
    )
    return {id_: Money(minor, currency) for id_, minor, currency in rows}
