"""Closing the books month by month."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.api import door
from app.api.door import Now, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.periods import ClosePeriod, MonthPath, ReopenPeriod, month
from app.api.finance.views.periods import FinancePeriod, FinancePeriodDetails, details
from app.api.paging import Listed
from app.ledger import periods
from app.reconciling import closing

router = door.router("periods")


@router.get("/periods", operation_id="list_periods")
async def list_periods(_: Caller, session: Session) -> Listed[FinancePeriod]:
    """Every month that has postings or was closed, newest first."""
    found = await periods.list_periods(session)
    return Listed(items=[FinancePeriod.of(each) for each in found], next_cursor=None)


@router.get("/periods/{month_on}", operation_id="get_period")
async def get_period(month_on: MonthPath, _: Caller, session: Session) -> FinancePeriodDetails:
    """A month: what is still open in it, and who closed or reopened it why."""
    return await _details(session, month(month_on))


@router.post("/periods/{month_on}/close", operation_id="close_period")
async def close_period(
    month_on: MonthPath, said: ClosePeriod, caller: Caller, session: Session, now: Now
) -> FinancePeriodDetails:
    """Close a month that is over. 409 `period_has_open_items` lists in `errors` the clearing
    accounts that are not zero and the differences that stand; a reason closes it all the same.
    Facts that come later with a date in it are booked at the start of the next open month."""
    on = month(month_on)
    await closing.close_period(session, caller, on, reason=said.reason, now=now)
    return await _details(session, on)


@router.post("/periods/{month_on}/reopen", operation_id="reopen_period")
async def reopen_period(
    month_on: MonthPath, said: ReopenPeriod, caller: Caller, session: Session, now: Now
) -> FinancePeriodDetails:
    """Open the last closed month again. What was booked later meanwhile stays where it is."""
    on = month(month_on)
    await periods.reopen(session, caller, on, reason=said.reason, now=now)
    return await _details(session, on)


async def _details(session: AsyncSession, on: date) -> FinancePeriodDetails:
    return details(
        await periods.get_period(session, on),
        await closing.unfinished(session, on),
        await periods.steps_of(session, on),
    )
