"""Sending a held or returned payout again, by a person or by the next run."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import Actor, FinanceActor
from app.domain.errands import Errand
from app.domain.refusals import NotFound
from app.domain.settlement import PayoutEvent, PayoutState
from app.kit import queue
from app.payouts import moving
from app.payouts.refusals import PayoutNotRetryable

_RETRYABLE = (PayoutState.HELD.value, PayoutState.RETURNED.value)


async def retry(
    session: AsyncSession, actor: FinanceActor, payout_id: UUID, *, now: datetime
) -> None:
    """Send it again. A returned one gets another bank payout, never another transfer.

    Raises NotFound, PayoutNotRetryable.
    """
    payout = await moving.locked(session, payout_id)
    if payout is None:
        raise NotFound
    if payout.state not in _RETRYABLE:
        raise PayoutNotRetryable(state=payout.state)
    if payout.state == PayoutState.RETURNED.value:
        payout.bank_payout_id = None
    payout.failure_code = None
    moving.move(session, payout, PayoutEvent.RETRY, actor=actor, now=now)
    await _send(session, payout_id)


async def retry_if_held(
    session: AsyncSession, payout_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """For a run: held payouts get their chance; anything else is left alone."""
    payout = await moving.locked(session, payout_id)
    if payout is None or payout.state != PayoutState.HELD.value:
        return
    payout.failure_code = None
    moving.move(session, payout, PayoutEvent.RETRY, actor=actor, now=now)
    await _send(session, payout_id)


async def _send(session: AsyncSession, payout_id: UUID) -> None:
    await queue.enqueue(
        session,
        Errand.SEND_PAYOUT,
        {"payout_id": str(payout_id)},
        dedupe_key=f"payout:{payout_id}",
    )
