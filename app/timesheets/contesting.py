"""The company's side of a contest: to contest single entries, and to withdraw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, describe
from app.domain.contests import (
    ANSWER_WITHIN,
    ContestEvent,
    ContestReason,
    ContestState,
    about_time,
)
from app.domain.lifecycles import step
from app.domain.permissions import Permission, require
from app.domain.refusals import FieldProblem, InvalidValues
from app.domain.timesheets import (
    ENTRY_MOVES,
    SHEET_MOVES,
    EntryEvent,
    EntryState,
    SheetEvent,
    SheetState,
)
from app.kit.ids import new_id
from app.timesheets import allowing, announcing, approving, contests, queries, sheets
from app.timesheets.contests import Contest, ContestFacts
from app.timesheets.queries import PieceFacts, SheetFacts
from app.timesheets.tables import TimeEntry


@dataclass(frozen=True, slots=True)
class Objection:
    """One entry of a submitted sheet, why it is contested, and a sentence the trainer reads."""

    entry_id: UUID
    reason: ContestReason
    explanation: str


async def contest_entries(
    session: AsyncSession,
    actor: ClientActor,
    sheet_id: UUID,
    objections: Sequence[Objection],
    *,
    now: datetime,
) -> tuple[SheetFacts, list[ContestFacts]]:
    """Contest single entries of a submitted sheet; the rest of it is approved in the same moment.

    Contested hours stay counted under every cap and wait: for the trainer's answer, then for
    operations. The same call again changes nothing.

    Raises NotAllowed, NotFound, ReasonNotAboutTime, InvalidValues for entries that do not stand on
    the sheet, IllegalMove.
    """
    require(actor, Permission.APPROVE_TIME)
    for objection in objections:
        about_time(objection.reason)
    await queries.sheet_of_company(session, actor.company_id, sheet_id)
    sheet = await sheets.hold(session, sheet_id)
    pieces = await queries.pieces_on_sheet(session, sheet_id)
    _check_on_sheet(pieces, objections)
    standing = (await contests.of_sheets(session, [sheet_id])).get(sheet_id, [])
    if _stands(standing, objections):
        return sheet, standing
    # Asked before anything is written: only a submitted sheet is reviewed, and only once.
    all_contested = step("timesheet", SHEET_MOVES, sheet.state, SheetEvent.CONTEST)
    for objection in objections:
        session.add(_row(actor, sheet, objection, now))
    await session.flush()
    await _mark(session, [objection.entry_id for objection in objections], now)
    if len(objections) < len(pieces):
        sheet = await approving.approve(session, actor, sheet_id, now=now)
    else:
        sheet = await _wait(session, actor, sheet_id, all_contested, now)
    found = (await contests.of_sheets(session, [sheet_id]))[sheet_id]
    await announcing.contested(session, sheet, found, now=now)
    return sheet, found


async def withdraw_contest(
    session: AsyncSession, actor: ClientActor, contest_id: UUID, *, now: datetime
) -> ContestFacts:
    """Take a contest back before it is decided; its hours are approved. Again changes nothing.

    Raises NotAllowed, NotFound, IllegalMove.
    """
    require(actor, Permission.APPROVE_TIME)
    contest = await contests.of_company(session, actor.company_id, contest_id)
    await sheets.hold(session, contest.timesheet_id)
    contest = await contests.get(session, contest_id)
    if contest.state is ContestState.WITHDRAWN:
        return contest
    return await allowing.allow(session, actor, contest, ContestEvent.WITHDRAW, now=now)


def _check_on_sheet(pieces: Sequence[PieceFacts], objections: Sequence[Objection]) -> None:
    """Raises InvalidValues for entries that do not stand on the sheet, or are named twice."""
    known, problems = {piece.id for piece in pieces}, []
    for n, objection in enumerate(objections):
        if objection.entry_id in known:
            known.discard(objection.entry_id)
            continue
        problems.append(
            FieldProblem(
                f"/entries/{n}/entry_id",
                "not_on_timesheet",
                "This entry does not stand on the timesheet, or is named twice.",
                "Dieser Eintrag steht nicht auf dem Stundenzettel oder ist doppelt genannt.",
            )
        )
    if problems:
        raise InvalidValues(errors=problems)


def _stands(standing: Sequence[ContestFacts], objections: Sequence[Objection]) -> bool:
    """Whether exactly this was contested before."""
    said = {(o.entry_id, o.reason, o.explanation) for o in objections}
    return {(c.entry_id, c.reason_code, c.explanation) for c in standing} == said


def _row(actor: ClientActor, sheet: SheetFacts, objection: Objection, now: datetime) -> Contest:
    return Contest(
        id=new_id(),
        entry_id=objection.entry_id,
        timesheet_id=sheet.id,
        engagement_id=sheet.engagement_id,
        company_id=sheet.company_id,
        trainer_id=sheet.trainer_id,
        state=ContestState.AWAITS_ANSWER.value,
        reason_code=objection.reason.value,
        explanation=objection.explanation,
        contested_by=describe(actor),
        created_at=now,
        answer_by_at=now + ANSWER_WITHIN,
    )


async def _mark(session: AsyncSession, entry_ids: Sequence[UUID], now: datetime) -> None:
    contested = step("time entry", ENTRY_MOVES, EntryState.ON_TIMESHEET, EntryEvent.CONTEST)
    await session.execute(
        update(TimeEntry)
        .where(TimeEntry.id.in_(list(entry_ids)), TimeEntry.state == EntryState.ON_TIMESHEET.value)
        .values(state=contested.value, version=TimeEntry.version + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )


async def _wait(
    session: AsyncSession, actor: ClientActor, sheet_id: UUID, state: SheetState, now: datetime
) -> SheetFacts:
    """Nothing is left to approve: the sheet itself waits for what becomes of its entries."""
    return await sheets.enter(
        session, sheet_id, state, event=SheetEvent.CONTEST, actor=actor, at=now
    )
