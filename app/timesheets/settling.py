"""Adjustments that wait: the company, the trainer or operations answers, or the clock moves on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import (
    Actor,
    ClientActor,
    OperationsActor,
    SystemActor,
    TrainerActor,
    describe,
)
from app.domain.adjustments import (
    ADJUSTMENT_MOVES,
    OPERATIONS_WITHIN,
    AdjustmentEvent,
    AdjustmentState,
    AdjustmentType,
    DeclineReason,
    Outcome,
    on_silence,
)
from app.domain.lifecycles import step
from app.domain.permissions import Permission, require
from app.engagements import queries as engagements
from app.engagements.queries import EngagementFacts
from app.timesheets import adjustments, applying, spending
from app.timesheets.adjustments import Adjustment, AdjustmentFacts
from app.timesheets.refusals import ExplanationNeeded, TooLateToTake
from app.timesheets.spending import Purse

_WAITING = [
    AdjustmentState.AWAITS_COMPANY.value,
    AdjustmentState.AWAITS_TRAINER.value,
    AdjustmentState.AWAITS_OPERATIONS.value,
]
_ENDS = {
    Outcome.APPROVED: AdjustmentState.APPROVED,
    Outcome.DECLINED: AdjustmentState.DECLINED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes, or no with a reason and a sentence that the other side reads."""

    outcome: Outcome
    reason: DeclineReason | None = None
    explanation: str | None = None


async def decide_expense(
    session: AsyncSession,
    actor: ClientActor,
    adjustment_id: UUID,
    answer: Answer,
    *,
    now: datetime,
) -> AdjustmentFacts:
    """Agree to an expense, or decline it with a reason. The same answer again changes nothing.

    Raises NotAllowed, NotFound, ExplanationNeeded, BudgetReached, CreditLimitReached, IllegalMove
    once it has gone on to operations or is decided otherwise.
    """
    require(actor, Permission.APPROVE_TIME)
    _check_explained(answer)
    await adjustments.of_company(session, actor.company_id, adjustment_id)
    engagement, purse, waiting = await _hold(session, adjustment_id, now=now)
    if _stands(waiting, answer, "company"):
        return waiting
    if answer.outcome is Outcome.DECLINED:
        return await _decline(
            session, actor, waiting, AdjustmentEvent.DECLINE, answer=answer, now=now
        )
    return await applying.approve(
        session, actor, engagement, waiting, AdjustmentEvent.AGREE, purse=purse, now=now
    )


async def answer_correction(
    session: AsyncSession,
    actor: TrainerActor,
    adjustment_id: UUID,
    *,
    consent: bool,
    answer: str | None,
    now: datetime,
) -> AdjustmentFacts:
    """Consent to a correction that takes minutes away, or object: then operations decides.

    The same answer again changes nothing. Raises NotFound, IllegalMove.
    """
    await adjustments.of_trainer(session, actor.trainer_id, adjustment_id)
    engagement, purse, waiting = await _hold(session, adjustment_id, now=now)
    if consent:
        if _stands(waiting, Answer(Outcome.APPROVED), "trainer"):
            return waiting
        return await applying.approve(
            session, actor, engagement, waiting, AdjustmentEvent.CONSENT,
            purse=purse, now=now, answer=answer,
        )  # fmt: skip
    if waiting.state is AdjustmentState.AWAITS_OPERATIONS and waiting.answer == answer:
        return waiting
    return await _hand_on(session, waiting, AdjustmentEvent.OBJECT, now=now, answer=answer)


async def decide_adjustment(
    session: AsyncSession,
    actor: OperationsActor,
    adjustment_id: UUID,
    answer: Answer,
    *,
    now: datetime,
) -> AdjustmentFacts:
    """Approve what has come to operations, or decline it. The same decision changes nothing.

    An expense that the company never agreed to is paid at the platform's cost. A correction that
    nobody decided in time takes nothing any more.

    Raises NotFound, ExplanationNeeded, TooLateToTake, IllegalMove.
    """
    _check_explained(answer, always=True)
    engagement, purse, waiting = await _hold(session, adjustment_id, now=now)
    if _stands(waiting, answer, "operations"):
        return waiting
    if answer.outcome is Outcome.DECLINED:
        # A claim that the company has not answered yet is not for operations to decline.
        step("adjustment", ADJUSTMENT_MOVES, waiting.state, AdjustmentEvent.LAPSE)
        return await _decline(
            session, actor, waiting, AdjustmentEvent.DECLINE, answer=answer, now=now
        )
    correction = waiting.type is AdjustmentType.CORRECTION
    if correction and waiting.state is AdjustmentState.AWAITS_OPERATIONS and _overdue(waiting, now):
        raise TooLateToTake
    return await applying.approve(
        session, actor, engagement, waiting, AdjustmentEvent.APPROVE, purse=purse, now=now,
        at_platform_cost=not correction, decision_explanation=answer.explanation,
    )  # fmt: skip


async def due(session: AsyncSession, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Adjustments whose deadline has passed and that silence moves."""
    return list(
        await session.scalars(
            select(Adjustment.id)
            .where(
                Adjustment.state.in_(_WAITING),
                Adjustment.decide_by_at <= now,
                (Adjustment.type == AdjustmentType.CORRECTION.value)
                | (Adjustment.state != AdjustmentState.AWAITS_OPERATIONS.value),
            )
            .order_by(Adjustment.decide_by_at, Adjustment.id)
            .limit(limit)
        )
    )


async def move_on(
    session: AsyncSession, actor: SystemActor, adjustment_id: UUID, *, now: datetime
) -> AdjustmentFacts:
    """What silence does at the deadline; what was decided meanwhile stays. Raises NotFound."""
    _, _, waiting = await _hold(session, adjustment_id, now=now)
    silence = on_silence(waiting.type, waiting.state)
    if silence is None or silence.event is None or not _overdue(waiting, now):
        return waiting
    if silence.event is AdjustmentEvent.HAND_ON:
        return await _hand_on(session, waiting, silence.event, now=now)
    answer = Answer(Outcome.DECLINED, DeclineReason.NOT_PROVEN, silence.en)
    return await _decline(session, actor, waiting, silence.event, answer=answer, now=now)


async def _hold(
    session: AsyncSession, adjustment_id: UUID, *, now: datetime
) -> tuple[EngagementFacts, Purse, AdjustmentFacts]:
    """The engagement and its company's money under lock, then the adjustment as it is."""
    known = await adjustments.get(session, adjustment_id)
    engagement = await engagements.get_engagement(session, known.engagement_id)
    purse = await spending.hold(session, engagement, now=now)
    return engagement, purse, await adjustments.get(session, adjustment_id)


def _check_explained(answer: Answer, *, always: bool = False) -> None:
    declined = answer.outcome is Outcome.DECLINED
    if (declined and answer.reason is None) or ((declined or always) and not answer.explanation):
        raise ExplanationNeeded


def _stands(known: AdjustmentFacts, answer: Answer, decider: str) -> bool:
    """Whether exactly this was decided before, by the same party."""
    if known.state is not _ENDS[answer.outcome] or known.decider != decider:
        return False
    return answer.outcome is Outcome.APPROVED or (
        known.decision_reason_code == answer.reason
        and known.decision_explanation == answer.explanation
    )


def _overdue(waiting: AdjustmentFacts, now: datetime) -> bool:
    return waiting.decide_by_at is not None and waiting.decide_by_at <= now


async def _decline(
    session: AsyncSession,
    actor: Actor,
    waiting: AdjustmentFacts,
    event: AdjustmentEvent,
    *,
    answer: Answer,
    now: datetime,
) -> AdjustmentFacts:
    state = step("adjustment", ADJUSTMENT_MOVES, waiting.state, event)
    return await _write(
        session,
        waiting.id,
        state=state.value,
        decided_by=describe(actor),
        decided_at=now,
        decision_reason_code=answer.reason,
        decision_explanation=answer.explanation,
    )


async def _hand_on(
    session: AsyncSession,
    waiting: AdjustmentFacts,
    event: AdjustmentEvent,
    *,
    now: datetime,
    answer: str | None = None,
) -> AdjustmentFacts:
    state = step("adjustment", ADJUSTMENT_MOVES, waiting.state, event)
    return await _write(
        session,
        waiting.id,
        state=state.value,
        decide_by_at=now + OPERATIONS_WITHIN,
        answer=answer,
    )


async def _write(session: AsyncSession, adjustment_id: UUID, **values: object) -> AdjustmentFacts:
    await session.execute(
        update(Adjustment)
        .where(Adjustment.id == adjustment_id, Adjustment.state.in_(_WAITING))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return await adjustments.get(session, adjustment_id)
