"""What an application asks, on both sides of the money.

The one file in which the trainer's door touches the company's side: it writes the asking rate
twice, hers as she said it and the company's grossed up by the fee of that moment, and gives
nothing back.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import fee_terms
from app.domain.money import Money
from app.domain.rates import bill_from_asking
from app.hiring.bill_terms import ApplicationBillTerms
from app.hiring.pay_terms import ApplicationPayTerms


async def write_asking(
    session: AsyncSession,
    application_id: UUID,
    company_id: UUID,
    asking_pay: Money,
    *,
    said: bool,
    now: datetime,
) -> None:
    """Fix both asking rates of a new application; `said` is False for the profile's rate."""
    fee_bps = await fee_terms.fee_bps_at(session, company_id, now)
    session.add(
        ApplicationPayTerms(
            application_id=application_id,
            asking_pay_minor=asking_pay.minor,
            currency=asking_pay.currency,
            said=said,
        )
    )
    session.add(
        ApplicationBillTerms(
            application_id=application_id,
            asking_bill_minor=bill_from_asking(asking_pay.minor, fee_bps),
            currency=asking_pay.currency,
        )
    )
    await session.flush()
