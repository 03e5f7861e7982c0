"""Sending a held or returned payout again, by a person or by the next run."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import Actor, FinanceActor
from app.domain.holds import Block, PayoutRules
from app.domain.refusals import NotFound
from app.domain.settlement import PayoutEvent, PayoutState
from app.payouts import moving, standing
from app.payouts.refusals import PayoutNotRetryable, PayoutOnHold
from app.payouts.tables import Payout

_RETRYABLE = (PayoutState.HELD.value, PayoutState.RETURNED.value)


async def retry(
    session: AsyncSession,
    actor: FinanceActor,
    payout_id: UUID,
    *,
    rules: PayoutRules,
    now: datetime,
) -> None:
    """Send it again. A returned one gets another bank payout, never another transfer.

    Raises NotFound, PayoutNotRetryable, PayoutOnHold.
    """
    payout = await moving.locked(session, payout_id)
    if payout is None:
        raise NotFound
    if payout.state not in _RETRYABLE:
        raise PayoutNotRetryable(state=payout.state)
    block = await _block(session, payout, rules=rules, now=now)
    if block is not None:
        raise PayoutOnHold(cause=block.cause.value)
    if payout.state == PayoutState.RETURNED.value:
        payout.bank_payout_id = None
    payout.failure_code = None
    moving.move(session, payout, PayoutEvent.RETRY, actor=actor, now=now)
    await moving.send_soon(session, [payout_id])


async def retry_if_held(
    session: AsyncSession, payout_id: UUID, *, rules: PayoutRules, actor: Actor, now: datetime
) -> None:
    """For a run and a sweep: a held payout that nothing of ours stops gets its chance."""
    payout = await moving.locked(session, payout_id)
    if payout is None or payout.state != PayoutState.HELD.value:
        return
    if await _block(session, payout, rules=rules, now=now) is not None:
        return
    payout.failure_code = None
    moving.move(session, payout, PayoutEvent.RETRY, actor=actor, now=now)
    await moving.send_soon(session, [payout_id])


async def _block(
    session: AsyncSession, payout: Payout, *, rules: PayoutRules, now: datetime
) -> Block | None:
    found = await standing.blocked_payouts(
        session, {payout.id: payout.trainer_id}, rules=rules, now=now
    )
    return found.get(payout.id)
