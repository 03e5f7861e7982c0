"""The trainer's side of the money in hiring: asking and offered pay rates an hour."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class ApplicationPayTerms(Row):
    """The asking pay rate of an application, fixed when it was made."""

    __tablename__ = "application_pay_terms"
    __table_args__ = (CheckConstraint("asking_pay_minor > 0", name="positive"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    asking_pay_minor: Mapped[int]
    currency: Mapped[str]


class OfferPayTerms(Row):
    """The pay rate of an offer."""

    __tablename__ = "offer_pay_terms"
    __table_args__ = (CheckConstraint("pay_minor > 0", name="positive"),)

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    pay_minor: Mapped[int]
    currency: Mapped[str]
