"""A payout's step from one state to the next, with its history row."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import Actor, describe
from app.domain.errands import Errand
from app.domain.lifecycles import step
from app.domain.settlement import PAYOUT_MOVES, PayoutEvent, PayoutState
from app.kit import queue
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.payouts.tables import Payout, PayoutAttempt, PayoutLine, PayoutStep

JOB = "payout:"  # with the id behind it: the key under which its job waits
_OPEN = ("intended", "sending", "unknown")


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


async def send_soon(session: AsyncSession, payout_ids: Sequence[UUID]) -> None:
    """Leave the job that sends, for each; one that waits already is enough."""
    await queue.enqueue_all(
        session,
        Errand.SEND_PAYOUT,
        {JOB + str(payout_id): {"payout_id": str(payout_id)} for payout_id in payout_ids},
    )


async def open_attempt(session: AsyncSession, payout_id: UUID) -> PayoutAttempt | None:
    """The try that is on its way, or of which nobody knows what became of it."""
    return await session.scalar(
        select(PayoutAttempt)
        .where(PayoutAttempt.payout_id == payout_id, PayoutAttempt.state.in_(_OPEN))
        .execution_options(populate_existing=True)
    )


async def give_back(session: AsyncSession, payout: Payout, fact: str, *, now: datetime) -> None:
    """The promise ends unkept: its lines are free again, and the money is payable again."""
    lines = await session.scalars(select(PayoutLine).where(PayoutLine.payout_id == payout.id))
    for line in lines:
        line.live = False
    await posting.post(
        session,
        source="payout",
        key=f"{payout.id}:{fact}",
        description=f"Payout {fact}",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.trainer_paying(payout.trainer_id), payout.currency, payout.pay_minor),
            Entry(chart.trainer_payable(payout.trainer_id), payout.currency, -payout.pay_minor),
        ],
    )
