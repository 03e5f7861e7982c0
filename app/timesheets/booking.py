"""Approved time and adjustments in the ledger: the company owes, the trainer is owed."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.money import Money
from app.engagements.queries import EngagementFacts
from app.ledger import posting
from app.ledger.posting import Entry
from app.timesheets.tables import Approval


async def book(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    *,
    source: str,
    key: str,
    description: str,
    bill: Money,
    pay: Money,
    trainer_account: str,
) -> None:
    """Post both sides as of the approval; nothing when neither comes to money.

    Raises LedgerOverdrawn when more is taken from the trainer's account than it has.
    """
    if not bill.minor and not pay.minor:
        return
    await posting.post(
        session,
        source=source,
        key=key,
        description=description,
        effective_at=approval.approved_at,
        now=approval.approved_at,
        entries=[
            Entry(chart.unbilled(engagement.company_id), bill.currency, bill.minor),
            Entry(chart.INCOME_SERVICES, bill.currency, -bill.minor),
            Entry(chart.EXPENSE_TRAINERS, pay.currency, pay.minor),
            Entry(trainer_account, pay.currency, -pay.minor),
        ],
    )
