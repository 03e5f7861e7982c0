"""The platform's dated rate cards: pay caps and bill caps per domain and country band."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain import rate_caps, vocabulary
from app.domain.actor import FinanceActor
from app.domain.money import Money
from app.domain.rate_caps import DatedCaps, RateCaps
from app.domain.refusals import FieldProblem, InvalidValues
from app.kit import paging
from app.kit.db import Row
from app.kit.ids import new_id
from app.kit.paging import Cut, Page


class RateCard(Row):
    """Caps an hour from `effective_at` on. `domain` and `country_band` may be '*'."""

    __tablename__ = "rate_cards"
    __table_args__ = (
        UniqueConstraint("domain", "country_band", "currency", "effective_at"),
        CheckConstraint("pay_cap_minor > 0 AND bill_cap_minor > 0", name="caps"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("country_band IN ('A','B','C','*')", name="country_band"),
        Index("ix_rate_cards_effective_at", "effective_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    domain: Mapped[str]
    country_band: Mapped[str]
    currency: Mapped[str]
    pay_cap_minor: Mapped[int]
    bill_cap_minor: Mapped[int]
    effective_at: Mapped[datetime]
    set_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)


@dataclass(frozen=True, slots=True)
class RateCardFacts:
    """A rate card as finance sees it."""

    id: UUID
    domain: str
    country_band: str
    currency: str
    pay_cap_minor: int
    bill_cap_minor: int
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class RateBook:
    """All rate cards that hold at one instant."""

    cards: tuple[DatedCaps, ...]
    at: datetime

    def caps(self, domain: str, country_band: str, currency: str) -> RateCaps:
        """The caps an hour in minor units; the platform's defaults where no card speaks."""
        return rate_caps.caps_among(
            self.cards, domain=domain, country_band=country_band, currency=currency, at=self.at
        )


async def book_at(session: AsyncSession, at: datetime) -> RateBook:
    """The cards in force at `at`, read once for many look-ups."""
    rows = await session.scalars(select(RateCard).where(RateCard.effective_at <= at))
    cards = tuple(
        DatedCaps(
            row.domain,
            row.country_band,
            row.currency,
            row.effective_at,
            RateCaps(row.pay_cap_minor, row.bill_cap_minor),
        )
        for row in rows
    )
    return RateBook(cards, at)


async def caps_at(
    session: AsyncSession, *, domain: str, country_band: str, currency: str, at: datetime
) -> RateCaps:
    """The caps an hour that hold at `at`; 200.00 paid and 250.00 billed where no card speaks."""
    return (await book_at(session, at)).caps(domain, country_band, currency)


async def set_rate_card(
    session: AsyncSession,
    actor: FinanceActor,
    *,
    domain: str,
    country_band: str,
    pay_cap: Money,
    bill_cap: Money,
    effective_at: datetime | None,
    now: datetime,
) -> RateCardFacts:
    """Add a dated card (None: from now on). Rates agreed earlier stay, the past is not rewritten.

    Raises InvalidValues for an unknown domain, two currencies, an `effective_at` in the past, and
    a second card of the same domain, band, currency and instant.
    """
    found = [*_wrong(domain, pay_cap, bill_cap, effective_at or now, now)]
    if found:
        raise InvalidValues(errors=found)
    written = await session.scalar(
        insert(RateCard)
        .values(
            id=new_id(),
            domain=domain,
            country_band=country_band,
            currency=bill_cap.currency,
            pay_cap_minor=pay_cap.minor,
            bill_cap_minor=bill_cap.minor,
            # Instants are said to the second: this very second means now, not a moment ago.
            effective_at=max(effective_at or now, now),
            set_by_user_id=actor.user_id,
        )
        .on_conflict_do_nothing()
        .returning(RateCard)
    )
    if written is None:
        raise InvalidValues(errors=[_TAKEN])
    return _facts(written)


async def list_rate_cards(
    session: AsyncSession, actor: FinanceActor, page: Cut
) -> Page[RateCardFacts]:
    """Every card ever set, the latest to take effect first."""
    del actor  # finance as a whole reads them; the type is the permission
    rows = await session.scalars(
        paging.cut(select(RateCard), RateCard.effective_at, RateCard.id, page)
    )
    facts = [_facts(row) for row in rows]
    return paging.paged(facts, page, lambda each: (each.effective_at, each.id))


def _facts(row: RateCard) -> RateCardFacts:
    return RateCardFacts(
        row.id,
        row.domain,
        row.country_band,
        row.currency,
        row.pay_cap_minor,
        row.bill_cap_minor,
        row.effective_at,
    )


def _wrong(
    domain: str, pay_cap: Money, bill_cap: Money, at: datetime, now: datetime
) -> Iterator[FieldProblem]:
    if domain != rate_caps.ANY and domain not in vocabulary.DOMAINS:
        yield _UNKNOWN_DOMAIN
    if pay_cap.currency != bill_cap.currency:
        yield _CURRENCIES_DIFFER
    if at < now.replace(microsecond=0):
        yield _IN_THE_PAST


_UNKNOWN_DOMAIN = FieldProblem(
    "#/domain",
    "unknown_key",
    f"The domain is * or one of: {', '.join(vocabulary.DOMAINS)}.",
    f"Das Fachgebiet ist * oder eines von: {', '.join(vocabulary.DOMAINS)}.",
)
_CURRENCIES_DIFFER = FieldProblem(
    "#/bill_cap/currency",
    "currency_differs",
    "Both caps of a card are in one currency.",
    "Beide Obergrenzen einer Karte sind in derselben Währung.",
)
_IN_THE_PAST = FieldProblem(
    "#/effective_at",
    "in_the_past",
    "A rate card takes effect now or later; leave it out for now.",
    "Eine Ratenkarte gilt ab jetzt oder später; lassen Sie das Feld für sofort weg.",
)
_TAKEN = FieldProblem(
    "#/effective_at",
    "already_set",
    "There is a card of this domain, band and currency for that instant. Choose another one.",
    "Für diesen Zeitpunkt gibt es schon eine Karte mit Fachgebiet, Band und Währung.",
)
