"""What finance sees of rate cards: both sides."""

from datetime import datetime
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.projects.rate_cards import RateCardFacts


class RateCardView(Seen):
    """Caps an hour. A card for a domain goes before one for `*`, then one for a band before `*`;
    of the closest, the newest that has taken effect holds."""

    id: UUID
    domain: str
    country_band: str
    pay_cap: MoneySeen
    bill_cap: MoneySeen
    effective_at: datetime


def rate_card_view(card: RateCardFacts) -> RateCardView:
    return RateCardView(
        id=card.id,
        domain=card.domain,
        country_band=card.country_band,
        pay_cap=MoneySeen(minor=card.pay_cap_minor, currency=card.currency),
        bill_cap=MoneySeen(minor=card.bill_cap_minor, currency=card.currency),
        effective_at=card.effective_at,
    )
