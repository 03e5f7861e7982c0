"""Two people above a sum: what one person has ordered alone, and the approval of another."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor
from app.domain.errands import Errand
from app.domain.four_eyes import second_person_needed
from app.domain.holds import PayoutRules
from app.domain.refusals import NotFound, SecondPersonNeeded
from app.kit import queue
from app.payouts.refusals import RunAwaitsNobody
from app.payouts.tables import Payout, PayoutRun

WITHIN = timedelta(hours=24)
AWAITING = "awaiting_approval"


async def too_much(
    session: AsyncSession,
    run: PayoutRun,
    more_minor: int,
    *,
    currency: str,
    rules: PayoutRules,
) -> bool:
    """Whether another `more_minor` of this run needs a second person."""
    before = await ordered_alone(session, run, currency, rules=rules)
    return before is not None and needed(before, more_minor, rules=rules)


def needed(before_minor: int, more_minor: int, *, rules: PayoutRules) -> bool:
    """Whether so much more needs a second person after what one has ordered alone."""
    above_minor = rules.four_eyes_above_minor
    return above_minor is not None and second_person_needed(
        before_minor, more_minor, above_minor, approved=False
    )


async def ordered_alone(
    session: AsyncSession, run: PayoutRun, currency: str, *, rules: PayoutRules
) -> int | None:
    """What whoever ordered this run has ordered alone within a day; None where that is no matter.

    Held until the transaction ends, so that two runs of one person do not both find room.
    """
    if rules.four_eyes_above_minor is None or run.approved_by_user_id is not None:
        return None
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 42))"),
        {"who": str(run.created_by_user_id)},
    )
    ordered = await session.scalar(
        select(func.coalesce(func.sum(Payout.pay_minor), 0))
        .join(PayoutRun, PayoutRun.id == Payout.run_id)
        .where(
            PayoutRun.created_by_user_id == run.created_by_user_id,
            PayoutRun.approved_by_user_id.is_(None),
            PayoutRun.created_at > run.created_at - WITHIN,
            Payout.currency == currency,
            Payout.state.not_in(("failed", "canceled")),
        )
    )
    return int(ordered or 0)


async def approve(
    session: AsyncSession, actor: FinanceActor, run_id: UUID, *, now: datetime
) -> None:
    """Let a run go on that awaits a second person.

    Raises NotFound, RunAwaitsNobody, SecondPersonNeeded when it is the same person.
    """
    run = await session.get(PayoutRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound
    if run.state != AWAITING:
        raise RunAwaitsNobody
    if run.created_by_user_id == actor.user_id:
        raise SecondPersonNeeded
    run.state, run.approved_by_user_id, run.approved_at = "planned", actor.user_id, now
    await session.flush()
    await queue.enqueue(session, Errand.RUN_PAYOUTS, {"payout_run_id": str(run_id)})
