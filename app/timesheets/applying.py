"""An adjustment that is agreed to becomes a line on each side of the wall, posted once.

That happens in the moment of the agreement and does not wait for the approval of the sheet that it
stands on: whoever decides about the money has decided, a review that sends hours back must not hold
up money that nobody disputes, and a sheet without hours is never handed in.

The one file besides approving.py that reads both sides; booking.py is told their sums, and neither
of them leaves these three.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import fee_terms
from app.domain import adjustments as rules
from app.domain import caps, chart
from app.domain.actor import Actor, describe
from app.domain.adjustments import (
    ADJUSTMENT_MOVES,
    AdjustmentEvent,
    AdjustmentState,
    AdjustmentType,
    Sides,
)
from app.domain.hours import Line
from app.domain.lifecycles import step
from app.domain.money import Money
from app.domain.refusals import AlreadyUsed
from app.engagements.queries import EngagementFacts
from app.kit.ids import new_id
from app.ledger.refusals import LedgerOverdrawn
from app.timesheets import (
    adjustments,
    bill_lines,
    booking,
    funding,
    pay_lines,
    sheets,
    spending,
)
from app.timesheets.adjustments import Adjustment, AdjustmentFacts
from app.timesheets.refusals import ClawbackTooLarge, CorrectionTooLarge
from app.timesheets.spending import Purse
from app.timesheets.tables import Approval

_DESCRIPTIONS = {
    AdjustmentType.BONUS: "Bonus",
    AdjustmentType.EXPENSE: "Expense",
    AdjustmentType.CORRECTION: "Correction of approved time",
    AdjustmentType.CLAWBACK: "Clawback",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be priced: minutes at an instant, or an amount."""

    type: AdjustmentType
    minutes: int | None
    worked_at: datetime | None
    amount: Money | None
    company_pays: bool = True


@dataclass(frozen=True, slots=True)
class _Worth:
    """What an adjustment comes to; the lines are a correction's, which has a rate."""

    sides: Sides
    units: int
    bill: Line | None = None
    pay: Line | None = None


async def file_approved(
    session: AsyncSession,
    actor: Actor,
    engagement: EngagementFacts,
    purse: Purse,
    *,
    amount: Money | None = None,
    now: datetime,
    **values: Any,
) -> AdjustmentFacts:
    """File an adjustment that its actor may decide alone, approved with that.

    `amount` is what a bonus or a clawback is billed or credited. The caller has checked who decides
    and holds the purse. Raises AlreadyUsed when somebody used the id for another engagement in this
    moment, BudgetReached, CreditLimitReached, WeekNotApproved, CorrectionTooLarge,
    ClawbackTooLarge.
    """
    asked = _Asked(
        AdjustmentType(values["type"]), values.get("minutes"), values.get("worked_at"), amount
    )
    worth = await _worth(session, engagement, asked, purse, now=now)
    approval = await _pin(session, actor, engagement, now=now)
    made = await adjustments.file(
        session,
        state=AdjustmentState.APPROVED.value,
        engagement_id=engagement.id,
        company_id=engagement.company_id,
        trainer_id=engagement.trainer_id,
        filed_by=describe(actor),
        filed_at=now,
        timesheet_id=approval.timesheet_id,
        approval_id=approval.id,
        decided_by=describe(actor),
        decided_at=now,
        **values,
    )
    if not made:
        raise AlreadyUsed
    filed = await adjustments.get(session, values["id"])
    await _apply(session, approval, engagement, filed, purse=purse, worth=worth)
    return filed


async def approve(
    session: AsyncSession,
    actor: Actor,
    engagement: EngagementFacts,
    waiting: AdjustmentFacts,
    event: AdjustmentEvent,
    *,
    purse: Purse,
    now: datetime,
    **values: Any,
) -> AdjustmentFacts:
    """Approve what somebody asked for. The caller has read it while it holds the purse.

    Raises IllegalMove and what `file_approved` raises.
    """
    state = step("adjustment", ADJUSTMENT_MOVES, waiting.state, event)
    expense = None
    if waiting.expense_minor is not None and waiting.currency is not None:
        expense = Money(waiting.expense_minor, waiting.currency)
    asked = _Asked(
        waiting.type, waiting.minutes, waiting.worked_at, expense,
        company_pays=not values.get("at_platform_cost", False),
    )  # fmt: skip
    worth = await _worth(session, engagement, asked, purse, now=now)
    approval = await _pin(session, actor, engagement, now=now)
    await session.execute(
        update(Adjustment)
        .where(Adjustment.id == waiting.id)
        .values(
            state=state.value,
            timesheet_id=approval.timesheet_id,
            approval_id=approval.id,
            decided_by=describe(actor),
            decided_at=now,
            **values,
        )
        .execution_options(synchronize_session=False)
    )
    agreed = await adjustments.get(session, waiting.id)
    await _apply(session, approval, engagement, agreed, purse=purse, worth=worth)
    return agreed


async def _pin(
    session: AsyncSession, actor: Actor, engagement: EngagementFacts, *, now: datetime
) -> Approval:
    """The approval of one adjustment, on the sheet of the current pay week that takes entries."""
    sheet_id = await sheets.taking(session, engagement, now, now=now)
    approval = Approval(
        id=new_id(), timesheet_id=sheet_id, actor=describe(actor), approved_at=now, funded_at=None
    )
    session.add(approval)
    await session.flush()
    return approval


async def _apply(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    adjustment: AdjustmentFacts,
    *,
    purse: Purse,
    worth: _Worth,
) -> None:
    """Both lines, the posting, the counters, and when the money is waited for no longer."""
    currency = await bill_lines.currency_of(session, engagement.id)
    takes_back = rules.takes_back(adjustment.type, adjustment.minutes)
    waits = takes_back and await funding.waits(session, engagement.id)
    owed = await _post(
        session, approval, engagement, adjustment, worth.sides, currency=currency, waits=waits
    )
    if worth.bill is not None and worth.pay is not None:
        await bill_lines.add_correction(
            session, approval, engagement, adjustment, line=worth.bill, currency=currency
        )
        await pay_lines.add_correction(
            session, approval, engagement, adjustment, line=worth.pay, currency=currency, owed=owed
        )
    else:
        bill, pay = (Money(m, currency) for m in (worth.sides.bill_minor, worth.sides.pay_minor))
        if bill.minor:
            await bill_lines.add_sum(session, approval, engagement, adjustment, bill=bill)
        await pay_lines.add_sum(session, approval, engagement, adjustment, pay=pay, owed=owed)
    if worth.units:
        await spending.charge(session, purse, worth.units)
    if takes_back:
        await funding.begin_taking_back(session, approval, waits=waits)
    else:
        bill_minor = worth.sides.bill_minor
        await funding.begin(session, approval, engagement.company_id, bill_minor=bill_minor)


async def _worth(
    session: AsyncSession,
    engagement: EngagementFacts,
    asked: _Asked,
    purse: Purse,
    *,
    now: datetime,
) -> _Worth:
    """Everything that can be refused is refused here, before anything is written."""
    worth = await _price(session, engagement, asked, now)
    if worth.units > 0:
        await spending.check(session, purse, worth.units)
    return worth


async def _price(
    session: AsyncSession, engagement: EngagementFacts, asked: _Asked, now: datetime
) -> _Worth:
    if asked.type is AdjustmentType.CORRECTION:
        assert asked.minutes is not None
        assert asked.worked_at is not None
        change = (session, engagement, asked.minutes, asked.worked_at)
        bill, pay = await bill_lines.correction(*change), await pay_lines.correction(*change)
        sides = Sides(bill.priced.minor, pay.priced.minor)
        if asked.minutes < 0 and not await _covered(session, engagement.id, sides):
            raise CorrectionTooLarge
        return _Worth(sides, bill.priced.seconds * bill.rate_minor, bill, pay)
    assert asked.amount is not None
    minor = asked.amount.minor
    if asked.type is AdjustmentType.EXPENSE:
        sides = rules.expense_sides(minor, company_pays=asked.company_pays)
    else:
        fee_bps = await fee_terms.fee_bps_at(session, engagement.company_id, now)
        if asked.type is AdjustmentType.BONUS:
            sides = rules.bonus_sides(minor, fee_bps)
        else:
            sides = rules.clawback_sides(minor, fee_bps)
            if not await _covered(session, engagement.id, sides):
                raise ClawbackTooLarge
            # It frees no budget: seconds are counted exactly and money is rounded, so that what was
            # used by hours could become less than nothing. A company may raise its budget.
            return _Worth(sides, 0)
    return _Worth(sides, caps.money_cap_units(sides.bill_minor))


async def _covered(session: AsyncSession, engagement_id: UUID, sides: Sides) -> bool:
    """Whether no more is taken back than the engagement has come to, on either side."""
    billed = await bill_lines.total_of(session, engagement_id)
    earned = await pay_lines.total_of(session, engagement_id)
    return billed + sides.bill_minor >= 0 and earned + sides.pay_minor >= 0


async def _post(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    adjustment: AdjustmentFacts,
    sides: Sides,
    *,
    currency: str,
    waits: bool,
) -> bool:
    """As an approval is posted, under the adjustment's own key; whether the trainer owes it.

    What was paid out already cannot be taken from what is payable: she owes it then. What waits is
    owed as well: until then what is payable holds all that payouts of other money may take.
    """

    async def post(trainer_account: str) -> None:
        await booking.book(
            session,
            approval,
            engagement,
            source="adjustment",
            key=str(adjustment.id),
            description=_DESCRIPTIONS[adjustment.type],
            bill=Money(sides.bill_minor, currency),
            pay=Money(sides.pay_minor, currency),
            trainer_account=trainer_account,
        )

    if waits:
        await post(chart.trainer_receivable(engagement.trainer_id))
        return True
    try:
        await post(chart.trainer_payable(engagement.trainer_id))
    except LedgerOverdrawn:
        await post(chart.trainer_receivable(engagement.trainer_id))
        return True
    return False
