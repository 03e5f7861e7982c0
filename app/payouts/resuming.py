"""Which payouts stand still: for lack of funds, or because their job is lost."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.holds import PayoutRules
from app.domain.settlement import PayoutState
from app.kit import queue
from app.payouts import moving, standing
from app.payouts.tables import Payout, PayoutAttempt

NOT_AVAILABLE = "balance_insufficient"
FUNDS_AFTER = timedelta(hours=1)


async def waiting_for_funds(session: AsyncSession, *, before: datetime) -> list[UUID]:
    """Payouts held for lack of funds whose last try is older than `before`."""
    last = (
        select(func.max(PayoutAttempt.finished_at))
        .where(PayoutAttempt.payout_id == Payout.id)
        .scalar_subquery()
    )
    rows = await session.scalars(
        select(Payout.id)
        .where(
            Payout.state == PayoutState.HELD.value,
            Payout.failure_code == NOT_AVAILABLE,
            last < before,
        )
        .limit(500)
    )
    return list(rows)


async def stalled(
    session: AsyncSession, *, before: datetime, rules: PayoutRules, now: datetime
) -> list[UUID]:
    """Payouts that should be moving, whose last sign of life is older than `before`, and for which
    no job waits: in a long run most of them have only not had their turn.

    What is stopped in a payee's balance, or not available there yet, is not stalled.
    """
    last = (
        select(
            func.max(
                func.greatest(
                    PayoutAttempt.intended_at, PayoutAttempt.sending_at, PayoutAttempt.finished_at
                )
            )
        )
        .where(PayoutAttempt.payout_id == Payout.id)
        .correlate(Payout)
        .scalar_subquery()
    )
    alive_at = func.coalesce(last, Payout.created_at)
    rows = await session.execute(
        select(Payout.id, Payout.trainer_id, Payout.state)
        .where(
            (Payout.state == PayoutState.PENDING.value)
            | ((Payout.state == PayoutState.SENT.value) & Payout.bank_payout_id.is_(None)),
            alive_at < before,
            (Payout.failure_code.is_distinct_from(NOT_AVAILABLE)) | (alive_at < now - FUNDS_AFTER),
            ~queue.waits(func.concat(moving.JOB, Payout.id)),
        )
        .order_by(Payout.created_at, Payout.id)
        .limit(5000)
    )
    found = {id_: (whose, state) for id_, whose, state in rows}
    stopped = await standing.blocked_payouts(
        session, {id_: whose for id_, (whose, _) in found.items()}, rules=rules, now=now
    )
    # A promise that is stopped is picked up too: the sender writes down that it is held.
    return [id_ for id_, (_, state) in found.items() if state == "pending" or id_ not in stopped]
