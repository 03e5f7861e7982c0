"""The pay rate that a bill rate leaves, within every cap: for offers and for changed terms.

A company is refused on bill caps only. Where the platform's pay cap is what binds, it learns that
the rate is not offered and no figure.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import fee_terms
from app.domain import offered_rates, rate_caps
from app.domain.money import Money
from app.domain.offered_rates import BillLimit, Caps
from app.domain.rates import pay_from_bill
from app.hiring.refusals import BillRateAboveCap, BillRateNotOffered, CurrencyNotYours
from app.matching import people
from app.projects import bill_terms as project_terms
from app.projects import rate_cards
from app.projects.queries import PositionFacts


async def pay_within_caps(
    session: AsyncSession,
    position: PositionFacts,
    trainer_id: UUID,
    bill: Money,
    *,
    now: datetime,
) -> Money:
    """The pay rate of a bill rate that breaks no cap, by the fee terms of this moment.

    Raises CurrencyNotYours, BillRateAboveCap, BillRateNotOffered.
    """
    own = await project_terms.position_cap(session, position.id)
    if bill.currency != own.currency:
        raise CurrencyNotYours(currency=own.currency)
    trainer = await people.trainer_facts(session, trainer_id)
    assert trainer is not None, "who applied or works is never deleted"
    card = await rate_cards.caps_at(
        session,
        domain=position.domain,
        country_band=rate_caps.band_of(trainer.country),
        currency=own.currency,
        at=now,
    )
    fee_bps = await fee_terms.fee_bps_at(session, position.company_id, now)
    caps = Caps(own.minor, card.bill_cap_minor, card.pay_cap_minor)
    match offered_rates.broken_by_bill(bill.minor, caps=caps, fee_bps=fee_bps):
        case BillLimit.POSITION_CAP:
            raise BillRateAboveCap(bill_cap_minor=own.minor, currency=own.currency)
        case BillLimit.CARD_BILL_CAP:
            raise BillRateAboveCap(bill_cap_minor=card.bill_cap_minor, currency=own.currency)
        case BillLimit.CARD_PAY_CAP | BillLimit.LOWEST:
            raise BillRateNotOffered
        case None:
            return Money(pay_from_bill(bill.minor, fee_bps), bill.currency)
