"""The trainer's side of the money in hiring: asking and offered pay rates an hour."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.money import Money
from app.kit.db import Row


class ApplicationPayTerms(Row):
    """The asking pay rate of an application, fixed when it was made.

    `said` tells a rate of the application itself from one taken from the profile.
    """

    __tablename__ = "application_pay_terms"
    __table_args__ = (CheckConstraint("asking_pay_minor > 0", name="positive"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    asking_pay_minor: Mapped[int]
    currency: Mapped[str]
    said: Mapped[bool] = mapped_column(default=True)


class OfferPayTerms(Row):
    """The pay rate of an offer."""

    __tablename__ = "offer_pay_terms"
    __table_args__ = (CheckConstraint("pay_minor > 0", name="positive"),)

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    pay_minor: Mapped[int]
    currency: Mapped[str]


async def offered(session: AsyncSession, offer_id: UUID) -> Money:
    """The pay rate an hour of an offer; the caller has checked whose it is."""
    row = (
        await session.execute(
            select(OfferPayTerms.pay_minor, OfferPayTerms.currency).where(
                OfferPayTerms.offer_id == offer_id
            )
        )
    ).one()
    return Money(row.pay_minor, row.currency)


async def write_offered(session: AsyncSession, offer_id: UUID, rate: Money) -> None:
    """Write the pay rate an hour of a new offer."""
    session.add(OfferPayTerms(offer_id=offer_id, pay_minor=rate.minor, currency=rate.currency))
    await session.flush()
