"""Placing holds on a trainer's money or on one payout, releasing them, and what lifts by itself.

Whoever places one on a trainer holds her lock first, which a run takes too: no payout of hers can
be planned beside it. Whoever places one on a payout holds the payout, which the sender takes too.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import Actor, FinanceActor, describe
from app.domain.holds import HoldCause, PayoutRules, Screening
from app.domain.refusals import NotFound
from app.domain.settlement import PayoutEvent, PayoutState, passes
from app.kit.ids import new_id
from app.payouts import moving, retrying, standing
from app.payouts.refusals import (
    AlreadyOnHold,
    HoldAlreadyReleased,
    ListsLieAhead,
    PayoutLeft,
    ReviewLiesBehind,
)
from app.payouts.tables import Payout, PayoutHold, SanctionsScreening
from app.trainers.tables import Trainer

ON_HOLD = "on_hold"


async def lock_trainer(session: AsyncSession, trainer_id: UUID) -> None:
    """Until the transaction ends, nobody else plans payouts of this trainer or stops them."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 41))"), {"who": str(trainer_id)}
    )


async def lock_trainers(session: AsyncSession, trainer_ids: Sequence[UUID]) -> None:
    """The same for several. `trainer_ids` in order: whoever locks several asks in one order."""
    await session.execute(
        text(
            "SELECT count(pg_advisory_xact_lock(hashtextextended(who, 41)))"
            " FROM unnest(CAST(:whose AS text[])) AS who"
        ),
        {"whose": [str(trainer_id) for trainer_id in trainer_ids]},
    )


async def hold_payout(
    session: AsyncSession,
    actor: FinanceActor,
    payout_id: UUID,
    *,
    reason: str,
    look_on: date,
    now: datetime,
) -> UUID:
    """Stop one payout; the hold's id. A transfer that is being sent right now may still happen:
    then the money waits in her balance at the provider, and does not go to the bank.

    Raises NotFound, PayoutLeft when it cannot be stopped any more, AlreadyOnHold, ReviewLiesBehind.
    """
    payout = await moving.locked(session, payout_id)
    if payout is None:
        raise NotFound
    if not standing.can_be_stopped(payout.state, payout.bank_payout_id):
        raise PayoutLeft(state=payout.state)
    hold = _new_hold(payout.trainer_id, actor, reason, look_on, now=now)
    hold.payout_id = payout_id
    taken = await session.scalar(
        select(PayoutHold.id).where(
            PayoutHold.payout_id == payout_id,
            PayoutHold.released_at.is_(None),
            PayoutHold.cause == HoldCause.FINANCE_HOLD.value,
        )
    )
    if taken is not None:
        raise AlreadyOnHold
    session.add(hold)
    await session.flush()
    await _stop(session, payout, actor=actor, now=now)
    return hold.id


async def hold_trainer(
    session: AsyncSession,
    actor: FinanceActor,
    trainer_id: UUID,
    *,
    reason: str,
    look_on: date,
    now: datetime,
) -> UUID:
    """Stop all money of a trainer, promised or not; the hold's id.

    Raises NotFound, AlreadyOnHold, ReviewLiesBehind.
    """
    await lock_trainer(session, trainer_id)
    if await session.get(Trainer, trainer_id) is None:
        raise NotFound
    taken = await session.scalar(
        select(PayoutHold.id).where(
            PayoutHold.trainer_id == trainer_id,
            PayoutHold.payout_id.is_(None),
            PayoutHold.released_at.is_(None),
            PayoutHold.cause == HoldCause.FINANCE_HOLD.value,
        )
    )
    if taken is not None:
        raise AlreadyOnHold
    hold = _new_hold(trainer_id, actor, reason, look_on, now=now)
    session.add(hold)
    await session.flush()
    await stop_pending(session, trainer_id, actor=actor, now=now)
    return hold.id


def _new_hold(
    trainer_id: UUID, actor: FinanceActor, reason: str, look_on: date, *, now: datetime
) -> PayoutHold:
    look_at = datetime.combine(look_on, time(), UTC)
    if look_at.date() < now.date():
        raise ReviewLiesBehind
    return PayoutHold(
        id=new_id(),
        trainer_id=trainer_id,
        cause=HoldCause.FINANCE_HOLD.value,
        reason=reason,
        placed_by=describe(actor),
        placed_at=now,
        look_at=look_at,
    )


async def stop_pending(
    session: AsyncSession, trainer_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Hold every promise to a trainer of which nothing has been sent. The caller has her lock."""
    ids = await session.scalars(
        select(Payout.id)
        .where(Payout.trainer_id == trainer_id, Payout.state == PayoutState.PENDING.value)
        .order_by(Payout.id)
    )
    for payout_id in ids.all():
        payout = await moving.locked(session, payout_id)
        if payout is not None:
            await _stop(session, payout, actor=actor, now=now)


async def _stop(session: AsyncSession, payout: Payout, *, actor: Actor, now: datetime) -> None:
    """At once, unless a call is on its way: then the sender stops it as soon as that is known."""
    if payout.state != PayoutState.PENDING.value:
        return
    if await moving.open_attempt(session, payout.id) is None:
        payout.failure_code = ON_HOLD
        moving.move(session, payout, PayoutEvent.HOLD, actor=actor, now=now)


async def release(
    session: AsyncSession,
    actor: FinanceActor,
    hold_id: UUID,
    *,
    rules: PayoutRules,
    now: datetime,
) -> None:
    """End a hold before its time; what waits for nothing else is sent.

    Raises NotFound, HoldAlreadyReleased.
    """
    hold = await session.get(PayoutHold, hold_id, with_for_update=True)
    if hold is None:
        raise NotFound
    if hold.released_at is not None:
        raise HoldAlreadyReleased
    hold.released_at, hold.released_by = now, describe(actor)
    await session.flush()
    for payout_id in await _held_by_us(session, hold.trainer_id):
        await retrying.retry_if_held(session, payout_id, rules=rules, actor=actor, now=now)


async def release_of(
    session: AsyncSession, payout_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """End what was placed on a payout that has ended itself."""
    holds = await session.scalars(
        select(PayoutHold)
        .where(PayoutHold.payout_id == payout_id, PayoutHold.released_at.is_(None))
        .with_for_update()
    )
    for hold in holds:
        hold.released_at, hold.released_by = now, describe(actor)


async def _held_by_us(session: AsyncSession, trainer_id: UUID | None) -> Sequence[UUID]:
    """Payouts that wait for us and not for the provider's balance."""
    statement = select(Payout.id, Payout.failure_code).where(Payout.state == PayoutState.HELD.value)
    if trainer_id is not None:
        statement = statement.where(Payout.trainer_id == trainer_id)
    rows = await session.execute(statement.order_by(Payout.id))
    return [id_ for id_, code in rows if code is None or not passes(code)]


async def freed(session: AsyncSession, *, rules: PayoutRules, now: datetime) -> Sequence[UUID]:
    """Held payouts that nothing of ours stops any more: waits that are over, screenings made."""
    ids = await _held_by_us(session, None)
    if not ids:
        return []
    rows = await session.execute(
        select(Payout.id, Payout.trainer_id).where(Payout.id.in_(ids)).order_by(Payout.id)
    )
    whose = {id_: trainer_id for id_, trainer_id in rows}  # noqa: C416 – rows are no pairs
    stopped = await standing.blocked_payouts(session, whose, rules=rules, now=now)
    return [id_ for id_ in whose if id_ not in stopped]


async def record_screening(
    session: AsyncSession,
    actor: FinanceActor,
    trainer_id: UUID,
    *,
    outcome: Screening,
    lists: str,
    lists_of_at: datetime,
    now: datetime,
) -> UUID:
    """Write down what a screening said. A match stands until a person has recorded a clear one.

    Raises NotFound, ListsLieAhead.
    """
    if lists_of_at > now:
        raise ListsLieAhead
    await lock_trainer(session, trainer_id)
    if await session.get(Trainer, trainer_id) is None:
        raise NotFound
    row = SanctionsScreening(
        id=new_id(),
        trainer_id=trainer_id,
        outcome=outcome.value,
        lists=lists,
        lists_of_at=lists_of_at,
        recorded_by_user_id=actor.user_id,
        screened_at=now,
    )
    session.add(row)
    await session.flush()
    return row.id
