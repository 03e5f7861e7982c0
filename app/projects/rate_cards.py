"""The platform's dated rate cards: pay caps and bill caps per domain and country band."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row

DEFAULT_PAY_CAP_MINOR = 20_000
DEFAULT_BILL_CAP_MINOR = 25_000


class RateCard(Row):
    """Caps an hour from `effective_at` on. `domain` and `country_band` may be '*'."""

    __tablename__ = "rate_cards"
    __table_args__ = (
        UniqueConstraint("domain", "country_band", "currency", "effective_at"),
        CheckConstraint("pay_cap_minor > 0 AND bill_cap_minor > 0", name="caps"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    domain: Mapped[str]
    country_band: Mapped[str]
    currency: Mapped[str]
    pay_cap_minor: Mapped[int]
    bill_cap_minor: Mapped[int]
    effective_at: Mapped[datetime]
    set_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
