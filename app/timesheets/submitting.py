"""Handing a timesheet in, and sending it back once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, SystemActor, TrainerActor
from app.domain.lifecycles import step
from app.domain.permissions import Permission, require
from app.domain.timesheets import (
    AUTO_SUBMIT_AFTER,
    ENTRY_MOVES,
    QUIET_BEFORE_SUBMIT,
    RESUBMIT_AFTER,
    REVIEW_WITHIN,
    SHEET_MOVES,
    EntryEvent,
    EntryState,
    SendBackReason,
    SheetEvent,
    SheetState,
)
from app.timesheets import announcing, queries, sheets
from app.timesheets.queries import SheetFacts
from app.timesheets.refusals import NothingToSubmit, SentBackBefore
from app.timesheets.tables import TimeEntry, Timesheet


async def submit(
    session: AsyncSession, actor: TrainerActor | SystemActor, sheet_id: UUID, *, now: datetime
) -> SheetFacts:
    """Hand in what stands on the sheet; its review window begins. Again changes nothing.

    Raises NotFound, NothingToSubmit, IllegalMove.
    """
    if isinstance(actor, TrainerActor):
        await queries.sheet_of_trainer(session, actor.trainer_id, sheet_id)
    sheet = await sheets.hold(session, sheet_id)
    if sheet.state is SheetState.SUBMITTED:
        return sheet
    state = step("timesheet", SHEET_MOVES, sheet.state, SheetEvent.SUBMIT)
    handed_in = step("time entry", ENTRY_MOVES, EntryState.RECORDED, EntryEvent.SUBMIT)
    if not await _move_entries(session, sheet_id, EntryState.RECORDED, handed_in, now):
        raise NothingToSubmit
    sheet = await sheets.enter(
        session,
        sheet_id,
        state,
        event=SheetEvent.SUBMIT,
        actor=actor,
        at=now,
        submitted_at=now,
        review_by_at=now + REVIEW_WITHIN,
    )
    await announcing.submitted(session, sheet, now=now)
    return sheet


async def send_back(
    session: AsyncSession,
    actor: ClientActor,
    sheet_id: UUID,
    *,
    reason: SendBackReason,
    explanation: str,
    now: datetime,
) -> SheetFacts:
    """Send a submitted sheet back, once, with a sentence that the trainer reads.

    Its entries may be changed again; the clock hands it in anew after three days.
    Raises NotAllowed, NotFound, SentBackBefore, IllegalMove.
    """
    require(actor, Permission.APPROVE_TIME)
    await queries.sheet_of_company(session, actor.company_id, sheet_id)
    sheet = await sheets.hold(session, sheet_id)
    state = step("timesheet", SHEET_MOVES, sheet.state, SheetEvent.SEND_BACK)
    if sheet.sent_back_count:
        raise SentBackBefore
    again = step("time entry", ENTRY_MOVES, EntryState.ON_TIMESHEET, EntryEvent.SEND_BACK)
    await _move_entries(session, sheet_id, EntryState.ON_TIMESHEET, again, now)
    sheet = await sheets.enter(
        session,
        sheet_id,
        state,
        event=SheetEvent.SEND_BACK,
        actor=actor,
        at=now,
        sent_back_count=1,
        sent_back_at=now,
        sent_back_reason_code=reason.value,
        sent_back_explanation=explanation,
        review_by_at=None,
    )
    await announcing.sent_back(session, sheet, now=now)
    return sheet


async def due(session: AsyncSession, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Sheets that the clock hands in: a day after their week, once nobody has logged on it for an
    hour; or three days after their return."""
    recorded = (
        select(TimeEntry.id)
        .where(TimeEntry.timesheet_id == Timesheet.id, TimeEntry.state == EntryState.RECORDED.value)
        .exists()
    )
    just_logged = (
        select(TimeEntry.id)
        .where(
            TimeEntry.timesheet_id == Timesheet.id,
            TimeEntry.changed_at > now - QUIET_BEFORE_SUBMIT,
        )
        .exists()
    )
    return list(
        await session.scalars(
            select(Timesheet.id)
            .where(
                recorded,
                (
                    (Timesheet.state == SheetState.OPEN.value)
                    & ~just_logged
                    & (Timesheet.week_ends_at <= now - AUTO_SUBMIT_AFTER)
                )
                | (
                    (Timesheet.state == SheetState.SENT_BACK.value)
                    & (Timesheet.sent_back_at <= now - RESUBMIT_AFTER)
                ),
            )
            .order_by(Timesheet.week_ends_at, Timesheet.id)
            .limit(limit)
        )
    )


async def _move_entries(
    session: AsyncSession, sheet_id: UUID, before: EntryState, after: EntryState, now: datetime
) -> int:
    moved = await session.scalars(
        update(TimeEntry)
        .where(TimeEntry.timesheet_id == sheet_id, TimeEntry.state == before.value)
        .values(state=after.value, changed_at=now)
        .returning(TimeEntry.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())
