"""The company's side of the money in hiring: asking and offered bill rates an hour."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.money import Money
from app.kit.db import Row


class ApplicationBillTerms(Row):
    """The asking bill rate of an application, fixed when it was made."""

    __tablename__ = "application_bill_terms"
    __table_args__ = (CheckConstraint("asking_bill_minor > 0", name="positive"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    asking_bill_minor: Mapped[int]
    currency: Mapped[str]


class OfferBillTerms(Row):
    """The bill rate of an offer."""

    __tablename__ = "offer_bill_terms"
    __table_args__ = (CheckConstraint("bill_minor > 0", name="positive"),)

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    bill_minor: Mapped[int]
    currency: Mapped[str]


async def offered(session: AsyncSession, offer_id: UUID) -> Money:
    """The bill rate an hour of an offer; the caller has checked whose it is."""
    row = (
        await session.execute(
            select(OfferBillTerms.bill_minor, OfferBillTerms.currency).where(
                OfferBillTerms.offer_id == offer_id
            )
        )
    ).one()
    return Money(row.bill_minor, row.currency)


async def write_offered(session: AsyncSession, offer_id: UUID, rate: Money) -> None:
    """Write the bill rate an hour of a new offer."""
    session.add(OfferBillTerms(offer_id=offer_id, bill_minor=rate.minor, currency=rate.currency))
    await session.flush()
