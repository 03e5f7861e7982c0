"""Taking a promise back of which nothing has been sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor
from app.domain.refusals import NotFound
from app.domain.settlement import PayoutEvent, PayoutState
from app.payouts import holding, moving
from app.payouts.refusals import PayoutNotCancelable, PayoutUnderWay

_CANCELABLE = (PayoutState.PENDING.value, PayoutState.HELD.value)


async def cancel(
    session: AsyncSession, actor: FinanceActor, payout_id: UUID, *, now: datetime
) -> None:
    """Take a payout back; its lines are free for the next run unless the trainer is on hold.

    Raises NotFound, PayoutNotCancelable once money has left, PayoutUnderWay while a call may have
    moved it: that must be known first.
    """
    payout = await moving.locked(session, payout_id)
    if payout is None:
        raise NotFound
    if payout.state not in _CANCELABLE:
        raise PayoutNotCancelable(state=payout.state)
    if await moving.open_attempt(session, payout_id) is not None:
        raise PayoutUnderWay
    moving.move(session, payout, PayoutEvent.CANCEL, actor=actor, now=now)
    await moving.give_back(session, payout, "canceled", now=now)
    await holding.release_of(session, payout_id, actor=actor, now=now)
