"""The trainer's answer to a contest, once and within her deadline; then operations' time begins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.contests import CONTEST_MOVES, JUDGE_WITHIN, ContestEvent, ContestState
from app.domain.lifecycles import step
from app.timesheets import announcing, contests, sheets
from app.timesheets.contests import Contest, ContestFacts
from app.timesheets.refusals import AnsweredBefore, AnswerTooLate


async def answer_contest(
    session: AsyncSession, actor: TrainerActor, contest_id: UUID, text: str, *, now: datetime
) -> ContestFacts:
    """Answer a contest, once. The same text again changes nothing.

    Raises NotFound, AnsweredBefore, AnswerTooLate, IllegalMove once it is decided or withdrawn.
    """
    contest = await contests.of_trainer(session, actor.trainer_id, contest_id)
    await sheets.hold(session, contest.timesheet_id)
    contest = await contests.get(session, contest_id)
    if contest.answer is not None:
        if contest.answer == text:
            return contest
        raise AnsweredBefore
    if contest.state is ContestState.AWAITS_DECISION or (
        contest.state is ContestState.AWAITS_ANSWER and contest.answer_by_at <= now
    ):
        raise AnswerTooLate
    state = step("contest", CONTEST_MOVES, contest.state, ContestEvent.ANSWER)
    contest = await contests.write(
        session,
        contest_id,
        state=state.value,
        answer=text,
        answered_at=now,
        decide_by_at=now + JUDGE_WITHIN,
    )
    await announcing.contest_to_decide(session, contest, now=now)
    return contest


async def due(session: AsyncSession, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Contests whose trainer let her deadline pass."""
    return list(
        await session.scalars(
            select(Contest.id)
            .where(Contest.state == ContestState.AWAITS_ANSWER.value, Contest.answer_by_at <= now)
            .order_by(Contest.answer_by_at, Contest.id)
            .limit(limit)
        )
    )


async def hand_on(session: AsyncSession, contest_id: UUID, *, now: datetime) -> ContestFacts:
    """Pass an unanswered contest on to operations; one that was answered stays as it is.

    Operations' time runs from the trainer's deadline and not from now: if this clock stood still,
    she does not wait for it. Raises NotFound.
    """
    contest = await contests.get(session, contest_id)
    await sheets.hold(session, contest.timesheet_id)
    contest = await contests.get(session, contest_id)
    if contest.state is not ContestState.AWAITS_ANSWER or contest.answer_by_at > now:
        return contest
    state = step("contest", CONTEST_MOVES, contest.state, ContestEvent.HAND_ON)
    contest = await contests.write(
        session, contest_id, state=state.value, decide_by_at=contest.answer_by_at + JUDGE_WITHIN
    )
    await announcing.contest_to_decide(session, contest, now=now)
    return contest
