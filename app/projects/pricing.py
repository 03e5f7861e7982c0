"""What a position's bill cap means on both sides of the money.

The one file of this room in which the client's door touches the pay side: it writes what a position
pays at most, and gives nothing back.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import fee_terms
from app.companies.fee_terms import FeeTerms
from app.domain import rate_caps, rates
from app.domain.money import Money
from app.domain.projects import ProjectState
from app.domain.requirements import Requirements
from app.projects import rate_cards
from app.projects.bill_terms import PositionBillTerms
from app.projects.pay_terms import PositionPayTerms
from app.projects.rate_cards import RateBook, RateCard
from app.projects.tables import Position, Project


@dataclass(frozen=True, slots=True)
class Priced:
    """A position with its bill cap, and what else decides on the pay side."""

    position_id: UUID
    company_id: UUID
    domain: str
    countries: tuple[str, ...]
    bill_cap: Money


async def price(session: AsyncSession, priced: Priced, *, now: datetime) -> None:
    """Write the bill cap, and the pay cap that the fee and the rate card of this moment leave."""
    cap = priced.bill_cap
    bill = {"bill_rate_cap_minor": cap.minor, "currency": cap.currency}
    await session.execute(
        insert(PositionBillTerms)
        .values(position_id=priced.position_id, **bill)
        .on_conflict_do_update(index_elements=[PositionBillTerms.position_id], set_=bill)
    )
    await _write_pay(session, priced, await rate_cards.book_at(session, now), now=now)


async def reprice_due(session: AsyncSession, *, now: datetime, most: int) -> int:
    """Bring up to `most` open positions up to date with fees and cards that took effect since.

    Returns how many there were. A position that somebody is changing is left to that change.
    """
    last = PositionPayTerms.priced_at
    fee = exists().where(
        FeeTerms.company_id == Position.company_id,
        FeeTerms.effective_at >= last,
        FeeTerms.effective_at <= now,
    )
    card = exists().where(
        RateCard.currency == PositionPayTerms.currency,
        RateCard.effective_at >= last,
        RateCard.effective_at <= now,
    )
    rows = await session.execute(
        select(
            Position.id,
            Position.company_id,
            Position.domain,
            Position.requirements,
            PositionBillTerms.bill_rate_cap_minor,
            PositionBillTerms.currency,
        )
        .join(Project, Project.id == Position.project_id)
        .join(PositionBillTerms, PositionBillTerms.position_id == Position.id)
        .join(PositionPayTerms, PositionPayTerms.position_id == Position.id)
        .where(Project.state == ProjectState.OPEN, last < now, or_(fee, card))
        .limit(most)
        # Whoever changes a cap writes this row first, so the cap read here is the one that holds.
        .with_for_update(of=PositionBillTerms, skip_locked=True)
    )
    due = [
        Priced(
            row.id,
            row.company_id,
            row.domain,
            Requirements.from_stored(row.requirements).countries,
            Money(row.bill_rate_cap_minor, row.currency),
        )
        for row in rows
    ]
    if due:
        book = await rate_cards.book_at(session, now)
        for each in due:
            await _write_pay(session, each, book, now=now)
    return len(due)


async def _write_pay(
    session: AsyncSession, priced: Priced, book: RateBook, *, now: datetime
) -> None:
    fee_bps = await fee_terms.fee_bps_at(session, priced.company_id, now)
    cap = priced.bill_cap
    highest = rate_caps.highest(
        book.caps(priced.domain, band, cap.currency)
        for band in rate_caps.bands_of(priced.countries)
    )
    pay = {
        "pay_rate_up_to_minor": rates.pay_up_to(cap.minor, fee_bps, highest.pay_cap_minor),
        "currency": cap.currency,
        "priced_at": now,
    }
    await session.execute(
        insert(PositionPayTerms)
        .values(position_id=priced.position_id, **pay)
        .on_conflict_do_update(index_elements=[PositionPayTerms.position_id], set_=pay)
    )
