"""Which timesheet takes an entry, and the history of a timesheet's states."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import Actor, describe
from app.domain.timesheets import TAKES_ENTRIES, SheetEvent, SheetState
from app.domain.weeks import PayWeek, Week, week_of
from app.engagements.queries import EngagementFacts
from app.kit.ids import new_id
from app.timesheets import counters, queries
from app.timesheets.queries import SheetFacts
from app.timesheets.tables import Timesheet, TimesheetStep

TAKING = sorted(state.value for state in TAKES_ENTRIES)
_OF_WEEK = select(Timesheet.id, Timesheet.state).where(
    Timesheet.engagement_id == bindparam("engagement"),
    Timesheet.week_starts_at == bindparam("week"),
)


async def taking(
    session: AsyncSession, engagement: EngagementFacts, worked_at: datetime, *, now: datetime
) -> UUID:
    """The sheet on which time worked then goes, made if need be.

    That is the sheet of the worked week; if it was handed in, the engagement's next open one. The
    caller holds the engagement, so that the sheet is not handed in before the entry is committed.
    """
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    week = week_of(worked_at, pay_week)
    own = await _open(session, engagement, week)
    if own is not None:
        return own
    later = await _next_open(session, engagement.id, week.starts_at)
    if later is not None:
        return later
    week = max(week_of(week.ends_at, pay_week), week_of(now, pay_week), key=lambda w: w.starts_at)
    while True:
        found = await _open(session, engagement, week)
        if found is not None:
            return found
        week = week_of(week.ends_at, pay_week)


async def hold(session: AsyncSession, sheet_id: UUID) -> SheetFacts:
    """Hold the sheet's engagement, then read the sheet as it is. Raises NotFound."""
    sheet = await queries.sheet(session, sheet_id)
    await counters.hold_engagements(session, [sheet.engagement_id])
    return await queries.sheet(session, sheet_id)


async def enter(
    session: AsyncSession,
    sheet_id: UUID,
    state: SheetState,
    *,
    event: SheetEvent,
    actor: Actor,
    at: datetime,
    **values: object,
) -> SheetFacts:
    """Put a sheet into a state, with what else changes, and append that to its history.

    The caller holds the engagement and has asked the lifecycle.
    """
    await session.execute(
        update(Timesheet)
        .where(Timesheet.id == sheet_id)
        .values(state=state.value, **values)
        .execution_options(synchronize_session=False)
    )
    session.add(
        TimesheetStep(
            id=new_id(),
            timesheet_id=sheet_id,
            event=event,
            state=state.value,
            actor=describe(actor),
            at=at,
        )
    )
    await session.flush()
    return await queries.sheet(session, sheet_id)


async def _open(session: AsyncSession, engagement: EngagementFacts, week: Week) -> UUID | None:
    """The sheet of a week if it takes entries, made if there is none."""
    wanted = {"engagement": engagement.id, "week": week.starts_at}
    row = (await session.execute(_OF_WEEK, wanted)).one_or_none()
    if row is None:
        await session.execute(
            insert(Timesheet)
            .values(
                id=new_id(),
                engagement_id=engagement.id,
                company_id=engagement.company_id,
                trainer_id=engagement.trainer_id,
                week_starts_at=week.starts_at,
                week_ends_at=week.ends_at,
                state=SheetState.OPEN.value,
                sent_back_count=0,
            )
            .on_conflict_do_nothing(index_elements=["engagement_id", "week_starts_at"])
        )
        row = (await session.execute(_OF_WEEK, wanted)).one()
    return row.id if row.state in TAKING else None


async def _next_open(session: AsyncSession, engagement_id: UUID, after: datetime) -> UUID | None:
    return await session.scalar(
        select(Timesheet.id)
        .where(
            Timesheet.engagement_id == engagement_id,
            Timesheet.week_starts_at > after,
            Timesheet.state.in_(TAKING),
        )
        .order_by(Timesheet.week_starts_at)
        .limit(1)
    )
