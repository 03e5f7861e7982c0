"""Contested hours are approved after all: withdrawn, decided so, or left undecided too long."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, OperationsActor, SystemActor, describe
from app.domain.contests import CONTEST_MOVES, ContestEvent
from app.domain.lifecycles import step
from app.domain.timesheets import SHEET_MOVES, SheetEvent, SheetState
from app.timesheets import announcing, approving, contests, queries, sheets
from app.timesheets.contests import ContestFacts


async def allow(
    session: AsyncSession,
    actor: ClientActor | OperationsActor | SystemActor,
    contest: ContestFacts,
    event: ContestEvent,
    *,
    explanation: str | None = None,
    now: datetime,
) -> ContestFacts:
    """End a contest in the trainer's favour: its entry gets an approval of its own.

    Lines hold the week's rounded sums less what earlier lines hold, so that time approved apart
    comes to the same minutes and money as time approved together. The caller holds the engagement,
    has read the contest since, and has checked who decides. Raises IllegalMove.
    """
    state = step("contest", CONTEST_MOVES, contest.state, event)
    sheet = await queries.sheet(session, contest.timesheet_id)
    approval_id = await approving.pin(session, actor, sheet, contested_id=contest.entry_id, now=now)
    if sheet.state is SheetState.CONTESTED:
        approved = step("timesheet", SHEET_MOVES, sheet.state, SheetEvent.ALLOW)
        await sheets.enter(
            session,
            sheet.id,
            approved,
            event=SheetEvent.ALLOW,
            actor=actor,
            at=now,
            approved_at=now,
        )
    await session.flush()
    ended = await contests.write(
        session,
        contest.id,
        state=state.value,
        approval_id=approval_id,
        decision_explanation=explanation,
        decided_by=describe(actor),
        decided_at=now,
    )
    withdrawn = event is ContestEvent.WITHDRAW
    await announcing.contest_ended(session, ended, withdrawn=withdrawn, paid=True, now=now)
    return ended
