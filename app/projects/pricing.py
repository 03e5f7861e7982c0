"""What a position's bill cap means on both sides of the money.

The one file of this room in which the client's door touches the pay side: it writes what a position
pays at most, and gives nothing back.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import fee_terms
from app.domain import rate_caps, rates
from app.domain.money import Money
from app.projects import rate_cards
from app.projects.bill_terms import PositionBillTerms
from app.projects.pay_terms import PositionPayTerms


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
    fee_bps = await fee_terms.fee_bps_at(session, priced.company_id, now)
    book = await rate_cards.book_at(session, now)
    cap = priced.bill_cap
    highest = rate_caps.highest(
        book.caps(priced.domain, band, cap.currency)
        for band in rate_caps.bands_of(priced.countries)
    )
    bill = {"bill_rate_cap_minor": cap.minor, "currency": cap.currency}
    pay = {
        "pay_rate_up_to_minor": rates.pay_up_to(cap.minor, fee_bps, highest.pay_cap_minor),
        "currency": cap.currency,
    }
    await session.execute(
        insert(PositionBillTerms)
        .values(position_id=priced.position_id, **bill)
        .on_conflict_do_update(index_elements=[PositionBillTerms.position_id], set_=bill)
    )
    await session.execute(
        insert(PositionPayTerms)
        .values(position_id=priced.position_id, **pay)
        .on_conflict_do_update(index_elements=[PositionPayTerms.position_id], set_=pay)
    )
