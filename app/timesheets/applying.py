"""An adjustment that is agreed to becomes a line on each side of the wall, posted once.

That happens in the moment of the agreement and does not wait for the approval of the sheet that it
stands on: whoever decides about the money has decided, a review that sends hours back must not hold
up money that nobody disputes, and a sheet without hours is never handed in.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms, fee_terms
from app.domain import adjustments as rules
from app.domain import chart
from app.domain.actor import Actor, describe
from app.domain.adjustments import AdjustmentType, Sides
from app.domain.money import Money
from app.engagements.queries import EngagementFacts
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.timesheets import bill_lines, pay_lines, sheets
from app.timesheets.adjustments import AdjustmentFacts
from app.timesheets.tables import Approval

_ON_APPROVAL = "on_approval"
_DESCRIPTIONS = {
    AdjustmentType.BONUS: "Bonus",
    AdjustmentType.EXPENSE: "Expense",
    AdjustmentType.CORRECTION: "Correction of approved time",
    AdjustmentType.CLAWBACK: "Clawback",
}


async def pin(
    session: AsyncSession, actor: Actor, engagement: EngagementFacts, *, now: datetime
) -> Approval:
    """The approval of one adjustment, on the sheet of the current pay week that takes entries.

    The caller holds the engagement.
    """
    sheet_id = await sheets.taking(session, engagement, now, now=now)
    approval = Approval(
        id=new_id(), timesheet_id=sheet_id, actor=describe(actor), approved_at=now, funded_at=None
    )
    session.add(approval)
    await session.flush()
    return approval


async def write_bonus(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    bonus: AdjustmentFacts,
    *,
    bill: Money,
) -> None:
    """Both lines of a bonus, its posting, and when its money is waited for no longer."""
    fee_bps = await fee_terms.fee_bps_at(session, engagement.company_id, approval.approved_at)
    sides = rules.bonus_sides(bill.minor, fee_bps)
    pay = Money(sides.pay_minor, bill.currency)
    await bill_lines.add_sum(session, approval, engagement, bonus, bill=bill)
    await pay_lines.add_sum(session, approval, engagement, bonus, pay=pay)
    await _post(session, approval, engagement, bonus, sides, currency=bill.currency)
    await _fund(session, approval, engagement, sides)


async def _post(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    adjustment: AdjustmentFacts,
    sides: Sides,
    *,
    currency: str,
) -> None:
    """As an approval is posted, under the adjustment's own key."""
    await posting.post(
        session,
        source="adjustment",
        key=str(adjustment.id),
        description=_DESCRIPTIONS[adjustment.type],
        effective_at=approval.approved_at,
        now=approval.approved_at,
        entries=[
            Entry(chart.unbilled(engagement.company_id), currency, sides.bill_minor),
            Entry(chart.INCOME_SERVICES, currency, -sides.bill_minor),
            Entry(chart.EXPENSE_TRAINERS, currency, sides.pay_minor),
            Entry(chart.trainer_payable(engagement.trainer_id), currency, -sides.pay_minor),
        ],
    )


async def _fund(
    session: AsyncSession, approval: Approval, engagement: EngagementFacts, sides: Sides
) -> None:
    terms = await credit_terms.current(session, engagement.company_id, approval.approved_at)
    if terms.funding_rule == _ON_APPROVAL or sides.bill_minor == 0:
        approval.funded_at = approval.approved_at
        await session.flush()
