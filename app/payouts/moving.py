"""A payout's step from one state to the next, with its history row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import Actor, describe
from app.domain.lifecycles import step
from app.domain.settlement import PAYOUT_MOVES, PayoutEvent, PayoutState
from app.kit.ids import new_id
from app.payouts.tables import Payout, PayoutStep


async def locked(session: AsyncSession, payout_id: UUID) -> Payout | None:
    """The payout, held until the transaction ends: all moves of one payout queue here."""
    return await session.scalar(
        select(Payout)
        .where(Payout.id == payout_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def move(
    session: AsyncSession, payout: Payout, event: PayoutEvent, *, actor: Actor, now: datetime
) -> None:
    """Step the state and write the history. Raises IllegalMove."""
    payout.state = step("payout", PAYOUT_MOVES, PayoutState(payout.state), event).value
    session.add(
        PayoutStep(
            id=new_id(),
            payout_id=payout.id,
            event=event.value,
            state=payout.state,
            actor=describe(actor),
            at=now,
        )
    )
