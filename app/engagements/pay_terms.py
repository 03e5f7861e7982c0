"""The trainer's side of an engagement's money: dated pay rates an hour."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, UniqueConstraint, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain import rates
from app.domain.money import Money
from app.domain.rates import DatedRate
from app.engagements.terms_changes import TermsChange
from app.kit.db import Row
from app.kit.ids import new_id


class EngagementPayTerms(Row):
    """A pay rate from `effective_at` on; rows are added, never changed."""

    __tablename__ = "engagement_pay_terms"
    __table_args__ = (
        UniqueConstraint("engagement_id", "effective_at"),
        CheckConstraint("pay_minor > 0", name="positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    pay_minor: Mapped[int]
    currency: Mapped[str]
    effective_at: Mapped[datetime]


class ChangedPayTerms(Row):
    """The pay rate of a change of terms, whether it comes to hold or not."""

    __tablename__ = "terms_change_pay_terms"
    __table_args__ = (CheckConstraint("pay_minor > 0", name="positive"),)

    change_id: Mapped[UUID] = mapped_column(
        ForeignKey("engagement_terms_changes.id"), primary_key=True
    )
    pay_minor: Mapped[int]
    currency: Mapped[str]


async def rates_of(session: AsyncSession, engagement_id: UUID) -> list[DatedRate]:
    """All pay rates of an engagement, oldest first; the caller has checked whose it is."""
    return (await rates_of_many(session, [engagement_id]))[engagement_id]


async def rates_of_many(
    session: AsyncSession, engagement_ids: Collection[UUID]
) -> dict[UUID, list[DatedRate]]:
    """The same for several engagements in one read; an unknown id has an empty list."""
    found: dict[UUID, list[DatedRate]] = {id_: [] for id_ in engagement_ids}
    rows = await session.execute(
        select(
            EngagementPayTerms.engagement_id,
            EngagementPayTerms.effective_at,
            EngagementPayTerms.pay_minor,
            EngagementPayTerms.currency,
        )
        .where(EngagementPayTerms.engagement_id.in_(list(found)))
        .order_by(EngagementPayTerms.effective_at)
    )
    for engagement_id, effective_at, minor, currency in rows:
        found[engagement_id].append(DatedRate(effective_at, minor, currency))
    return found


async def rate_at(session: AsyncSession, engagement_id: UUID, at: datetime) -> DatedRate:
    """The pay rate that holds at `at`. Raises LookupError before the engagement's first day."""
    return rates.rate_at(await rates_of(session, engagement_id), at)


async def add_rate(session: AsyncSession, engagement_id: UUID, rate: DatedRate) -> None:
    """Write down a pay rate from its `effective_at` on."""
    session.add(
        EngagementPayTerms(
            id=new_id(),
            engagement_id=engagement_id,
            pay_minor=rate.minor,
            currency=rate.currency,
            effective_at=rate.effective_at,
        )
    )
    await session.flush()


async def write_changed(session: AsyncSession, change_id: UUID, pay: Money) -> None:
    """Write down the pay rate of a change of terms."""
    session.add(ChangedPayTerms(change_id=change_id, pay_minor=pay.minor, currency=pay.currency))
    await session.flush()


async def changed(session: AsyncSession, change_ids: Collection[UUID]) -> dict[UUID, Money]:
    """The pay rates of changes; the caller has checked whose they are."""
    rows = await session.execute(
        select(
            ChangedPayTerms.change_id, ChangedPayTerms.pay_minor, ChangedPayTerms.currency
        ).where(ChangedPayTerms.change_id.in_(list(change_ids)))
    )
    return {id_: Money(minor, currency) for id_, minor, currency in rows}


def is_changed() -> ColumnElement[bool]:
    """Of changes of terms: those that change the pay rate."""
    return exists().where(ChangedPayTerms.change_id == TermsChange.id)
