"""Operations decides about contested hours; when it is silent, the clock does, for the trainer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import OperationsActor, SystemActor, describe
from app.domain.contests import (
    CONTEST_MOVES,
    ON_SILENCE,
    ContestEvent,
    ContestState,
    Outcome,
    about_time,
)
from app.domain.lifecycles import step
from app.domain.timesheets import (
    ENTRY_MOVES,
    SHEET_MOVES,
    EntryEvent,
    EntryState,
    SheetEvent,
    SheetState,
)
from app.engagements import queries as engagements
from app.timesheets import allowing, announcing, budgets, contests, entries, queries, sheets
from app.timesheets.contests import Contest, ContestFacts
from app.timesheets.refusals import DecisionTooLate
from app.timesheets.tables import TimeEntry


@dataclass(frozen=True, slots=True)
class Judgement:
    """What operations decides, with a sentence that the trainer and the company read."""

    outcome: Outcome
    explanation: str


async def decide_contest(
    session: AsyncSession,
    actor: OperationsActor,
    contest_id: UUID,
    judgement: Judgement,
    *,
    now: datetime,
) -> ContestFacts:
    """Approve contested hours, or decline them. The same decision again changes nothing.

    Raises NotFound, DecisionTooLate when hours are to be declined after the deadline, IllegalMove
    while the trainer may still answer and once it is decided.
    """
    contest = await contests.get(session, contest_id)
    if judgement.outcome is Outcome.DECLINED:
        return await _decline(session, actor, contest, judgement, now=now)
    await sheets.hold(session, contest.timesheet_id)
    contest = await contests.get(session, contest_id)
    if contest.state is ContestState.APPROVED:
        return contest
    return await allowing.allow(
        session, actor, contest, ContestEvent.APPROVE, explanation=judgement.explanation, now=now
    )


async def due(session: AsyncSession, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Contests that operations left undecided past its deadline."""
    return list(
        await session.scalars(
            select(Contest.id)
            .where(Contest.state == ContestState.AWAITS_DECISION.value, Contest.decide_by_at <= now)
            .order_by(Contest.decide_by_at, Contest.id)
            .limit(limit)
        )
    )


async def decide_on_silence(
    session: AsyncSession, actor: SystemActor, contest_id: UUID, *, now: datetime
) -> ContestFacts:
    """Approve what operations left undecided; what was decided meanwhile stays. Raises NotFound."""
    contest = await contests.get(session, contest_id)
    await sheets.hold(session, contest.timesheet_id)
    contest = await contests.get(session, contest_id)
    if contest.state is not ContestState.AWAITS_DECISION or not _overdue(contest, now):
        return contest
    event = ON_SILENCE[contest.state].event
    return await allowing.allow(session, actor, contest, event, now=now)


async def _decline(
    session: AsyncSession,
    actor: OperationsActor,
    contest: ContestFacts,
    judgement: Judgement,
    *,
    now: datetime,
) -> ContestFacts:
    """Counters first, all of them, for the hours go back under every cap.

    They cannot have moved since they were read: nobody edits what is contested.
    """
    engagement = await engagements.get_engagement(session, contest.engagement_id)
    worked = (contest.started_at, contest.ended_at)
    held = await budgets.hold(session, engagement, [worked], now=now)
    contest = await contests.get(session, contest.id)
    if contest.state is ContestState.DECLINED:
        return contest
    state = step("contest", CONTEST_MOVES, contest.state, ContestEvent.DECLINE)
    if _overdue(contest, now):
        raise DecisionTooLate
    about_time(contest.reason_code)
    (piece,) = [
        p
        for p in await queries.pieces_on_sheet(session, contest.timesheet_id)
        if p.id == contest.entry_id
    ]
    declined = step("time entry", ENTRY_MOVES, piece.state, EntryEvent.UPHOLD)
    held.release(*worked, scopes=entries.counted_scopes(piece))
    await _write_entry(session, actor, piece.id, declined, judgement, now=now)
    await _close_sheet(session, contest.timesheet_id, actor, now)
    await budgets.settle(session, held)
    ended = await contests.write(
        session,
        contest.id,
        state=state.value,
        decision_explanation=judgement.explanation,
        decided_by=describe(actor),
        decided_at=now,
    )
    await announcing.contest_ended(session, ended, withdrawn=False, paid=False, now=now)
    return ended


async def _write_entry(
    session: AsyncSession,
    actor: OperationsActor,
    piece_id: UUID,
    declined: EntryState,
    judgement: Judgement,
    *,
    now: datetime,
) -> None:
    await session.execute(
        update(TimeEntry)
        .where(TimeEntry.id == piece_id)
        .values(
            state=declined.value,
            decided_by=describe(actor),
            decision_explanation=judgement.explanation,
            version=TimeEntry.version + 1,
            changed_at=now,
        )
        .execution_options(synchronize_session=False)
    )


async def _close_sheet(
    session: AsyncSession, sheet_id: UUID, actor: OperationsActor, now: datetime
) -> None:
    """A sheet of which everything was contested and declined has nothing left to wait for."""
    sheet = await queries.sheet(session, sheet_id)
    if sheet.state is not SheetState.CONTESTED or await contests.waiting_on(session, sheet_id):
        return
    state = step("timesheet", SHEET_MOVES, sheet.state, SheetEvent.UPHOLD)
    await sheets.enter(session, sheet_id, state, event=SheetEvent.UPHOLD, actor=actor, at=now)


def _overdue(contest: ContestFacts, now: datetime) -> bool:
    return contest.decide_by_at is not None and contest.decide_by_at <= now
