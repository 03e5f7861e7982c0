"""Approval: entries are pinned, both sides of the money written down and posted, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import Actor, ClientActor, SystemActor, describe
from app.domain.lifecycles import step
from app.domain.permissions import Permission, require
from app.domain.refusals import NotFound, Refusal
from app.domain.timesheets import (
    ENTRY_MOVES,
    SHEET_MOVES,
    EntryEvent,
    EntryState,
    SheetEvent,
    SheetState,
)
from app.engagements import queries as engagements
from app.kit.ids import new_id
from app.timesheets import (
    announcing,
    bill_lines,
    booking,
    counters,
    funding,
    pay_lines,
    queries,
    sheets,
)
from app.timesheets.queries import PIECE_COLUMNS, PieceFacts, SheetFacts, read_piece
from app.timesheets.tables import Approval, TimeEntry, Timesheet


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sheet of several: it stands approved, or this is why not."""

    sheet_id: UUID
    sheet: SheetFacts | None
    refusal: Refusal | None


async def approve(
    session: AsyncSession, actor: ClientActor | SystemActor, sheet_id: UUID, *, now: datetime
) -> SheetFacts:
    """Approve a submitted sheet. A sheet that is approved already is answered as it stands.

    Raises NotAllowed, NotFound, IllegalMove.
    """
    await _check_own(session, actor, sheet_id)
    sheet = await sheets.hold(session, sheet_id)
    if sheet.state is SheetState.APPROVED:
        return sheet
    state = step("timesheet", SHEET_MOVES, sheet.state, SheetEvent.APPROVE)
    await pin(session, actor, sheet, now=now)
    sheet = await sheets.enter(
        session, sheet_id, state, event=SheetEvent.APPROVE, actor=actor, at=now, approved_at=now
    )
    await announcing.approved(session, actor, sheet, now=now)
    return sheet


async def approve_many(
    session: AsyncSession, actor: ClientActor, sheet_ids: Sequence[UUID], *, now: datetime
) -> list[Outcome]:
    """Approve each sheet for itself: one that cannot be approved does not hold up the others.

    Outcomes come in the order asked, each sheet once. Raises NotAllowed.
    """
    require(actor, Permission.APPROVE_TIME)
    rows = await session.execute(
        select(Timesheet.id, Timesheet.trainer_id, Timesheet.engagement_id).where(
            Timesheet.id.in_(list(sheet_ids)), Timesheet.company_id == actor.company_id
        )
    )
    # All engagements before the first balance, and then in the order in which balances are locked:
    # two bulk approvals, or one and a single one, must not wait for each other in a circle.
    known = sorted(rows, key=lambda row: (str(row.trainer_id), str(row.id)))
    await counters.hold_engagements(session, {row.engagement_id for row in known})
    outcomes = {id_: Outcome(id_, None, NotFound()) for id_ in sheet_ids}
    for row in known:
        try:
            async with session.begin_nested():
                sheet = await approve(session, actor, row.id, now=now)
            outcomes[row.id] = Outcome(row.id, sheet, None)
        except Refusal as refusal:
            outcomes[row.id] = Outcome(row.id, None, refusal)
    return list(outcomes.values())


async def pin(
    session: AsyncSession,
    actor: Actor,
    sheet: SheetFacts,
    *,
    contested_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """Approve what stands on a sheet uncontested, or one contested entry; return the approval's id.

    Entries are pinned, both sides of the money written down and posted. The caller holds the
    engagement and has checked who decides.
    """
    engagement = await engagements.get_engagement(session, sheet.engagement_id)
    approval = Approval(
        id=new_id(), timesheet_id=sheet.id, actor=describe(actor), approved_at=now, funded_at=None
    )
    session.add(approval)
    await session.flush()
    pieces = await _pin_entries(session, approval, contested_id)
    billed = await bill_lines.pin(session, approval, engagement, pieces)
    earned = await pay_lines.pin(session, approval, engagement, pieces)
    await booking.book(
        session,
        approval,
        engagement,
        source="approval",
        key=str(approval.id),
        description="Approved time",
        bill=billed,
        pay=earned,
        trainer_account=chart.trainer_payable(engagement.trainer_id),
    )
    await funding.begin(session, approval, sheet.company_id, bill_minor=billed.minor)
    return approval.id


async def due(session: AsyncSession, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Submitted sheets whose review window has passed without an answer."""
    return list(
        await session.scalars(
            select(Timesheet.id)
            .where(Timesheet.state == SheetState.SUBMITTED.value, Timesheet.review_by_at <= now)
            .order_by(Timesheet.review_by_at, Timesheet.id)
            .limit(limit)
        )
    )


async def _check_own(
    session: AsyncSession, actor: ClientActor | SystemActor, sheet_id: UUID
) -> None:
    if isinstance(actor, ClientActor):
        require(actor, Permission.APPROVE_TIME)
        await queries.sheet_of_company(session, actor.company_id, sheet_id)


async def _pin_entries(
    session: AsyncSession, approval: Approval, contested_id: UUID | None
) -> list[PieceFacts]:
    before = EntryState.ON_TIMESHEET if contested_id is None else EntryState.CONTESTED
    approved = step("time entry", ENTRY_MOVES, before, EntryEvent.APPROVE)
    statement = update(TimeEntry).where(
        TimeEntry.timesheet_id == approval.timesheet_id, TimeEntry.state == before.value
    )
    if contested_id is not None:
        statement = statement.where(TimeEntry.id == contested_id)
    rows = await session.execute(
        statement.values(
            state=approved.value, approval_id=approval.id, changed_at=approval.approved_at
        )
        .returning(*PIECE_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return [read_piece(row) for row in rows]
