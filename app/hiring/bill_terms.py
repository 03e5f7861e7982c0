"""The company's side of the money in hiring: asking and offered bill rates an hour."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

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
