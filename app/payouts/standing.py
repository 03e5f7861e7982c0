"""What stands for and against paying trainers now: read once, for preview, run, sender and lists.

All of them ask `verdicts` or `blocks`, so that what is shown before a run is what the run does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.holds import (
    Block,
    HoldCause,
    PayoutRules,
    Placed,
    Screening,
    Standing,
    block_of,
    cause_of_sum,
)
from app.domain.settlement import PayoutState
from app.payouts.tables import Payout, PayoutAccount, PayoutHold, PayoutLine, SanctionsScreening
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import Approval
from app.trainers.tables import Trainer

OPEN = tuple(
    state.value
    for state in (PayoutState.PENDING, PayoutState.SENT, PayoutState.HELD, PayoutState.RETURNED)
)


def can_be_stopped(state: str, bank_payout_id: str | None) -> bool:
    """Whether a payout's money is still with us, or in the payee's balance at the provider."""
    if state == PayoutState.SENT.value:
        return bank_payout_id is None
    return state in OPEN


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run does with one trainer's funded sum in one currency: pays it, or why not."""

    trainer_id: UUID
    currency: str
    payable_minor: int
    lines: int
    since: datetime
    cause: HoldCause | None
    block: Block | None


def free_lines(as_of: datetime) -> Select[PayLine]:
    """Lines funded as of an instant that stand on no live payout, and whatever has been taken back
    since: it has left what is payable already, so that a run as of before would promise too much.
    """
    return (
        select(PayLine)
        .join(Approval, Approval.id == PayLine.approval_id)
        .where(
            Approval.funded_at.is_not(None),
            or_(Approval.funded_at <= as_of, PayLine.pay_minor < 0),
            PayLine.pay_minor != 0,
            ~exists().where(PayoutLine.pay_line_id == PayLine.id, PayoutLine.live),
        )
    )


async def verdicts(
    session: AsyncSession,
    *,
    as_of: datetime,
    rules: PayoutRules,
    now: datetime,
    trainer_ids: Collection[UUID] | None = None,
) -> Sequence[Verdict]:
    """Each sum that is funded and free, by trainer and currency; of these trainers, or of all."""
    lines = free_lines(as_of)
    if trainer_ids is not None:
        lines = lines.where(PayLine.trainer_id.in_(list(trainer_ids)))
    free = lines.subquery()
    sums = (
        await session.execute(
            select(
                free.c.trainer_id,
                free.c.currency,
                func.sum(free.c.pay_minor),
                func.count(),
                func.min(free.c.approved_at),
            )
            .group_by(free.c.trainer_id, free.c.currency)
            .order_by(free.c.trainer_id, free.c.currency)
        )
    ).all()
    whose = None if trainer_ids is None else {trainer_id for trainer_id, *_ in sums}
    against = await blocks(session, whose, rules=rules, now=now)
    open_ones = await open_payouts(session, whose)
    found = []
    for trainer_id, currency, total, count, since in sums:
        block = against.get(trainer_id)
        cause = cause_of_sum(
            int(total), block, rules, open_payout=(trainer_id, currency) in open_ones
        )
        found.append(Verdict(trainer_id, currency, int(total), count, since, cause, block))
    return found


async def open_payouts(
    session: AsyncSession, trainer_ids: Collection[UUID] | None
) -> set[tuple[UUID, str]]:
    """Trainers and currencies with a payout that has not ended."""
    statement = select(Payout.trainer_id, Payout.currency).where(Payout.state.in_(OPEN))
    if trainer_ids is not None:
        statement = statement.where(Payout.trainer_id.in_(list(trainer_ids)))
    return {(trainer_id, currency) for trainer_id, currency in await session.execute(statement)}


async def blocks(
    session: AsyncSession,
    trainer_ids: Collection[UUID] | None,
    *,
    rules: PayoutRules,
    now: datetime,
) -> Mapping[UUID, Block]:
    """Trainer → why she cannot be paid now; of these trainers, or of all."""
    found = {}
    for trainer_id, standing in (await standings(session, trainer_ids, now=now)).items():
        block = block_of(standing, rules, now=now)
        if block is not None:
            found[trainer_id] = block
    return found


async def blocked_payouts(
    session: AsyncSession, whose: Mapping[UUID, UUID], *, rules: PayoutRules, now: datetime
) -> Mapping[UUID, Block]:
    """Payout → what stops it, placed on the trainer or on it alone. `whose`: payout → trainer."""
    found = {}
    by_trainer = await standings(session, set(whose.values()), now=now) if whose else {}
    for payout_id, trainer_id in whose.items():
        block = block_of(by_trainer[trainer_id], rules, now=now, payout_id=payout_id)
        if block is not None:
            found[payout_id] = block
    return found


async def standings(
    session: AsyncSession, trainer_ids: Collection[UUID] | None, *, now: datetime
) -> Mapping[UUID, Standing]:
    """The circumstances of these trainers, or of all."""
    screened = (
        select(
            SanctionsScreening.trainer_id,
            SanctionsScreening.outcome,
            SanctionsScreening.lists_of_at,
        )
        .ext(distinct_on(SanctionsScreening.trainer_id))
        .order_by(
            SanctionsScreening.trainer_id,
            SanctionsScreening.screened_at.desc(),
            SanctionsScreening.id.desc(),
        )
        .subquery()
    )
    statement = (
        select(
            Trainer.id,
            PayoutAccount.ready,
            PayoutAccount.first_ready_at,
            exists().where(Payout.trainer_id == Trainer.id, Payout.sent_at.is_not(None)),
            screened.c.outcome,
            screened.c.lists_of_at,
            exists().where(PayoutHold.trainer_id == Trainer.id, _in_force(now)),
        )
        .outerjoin(PayoutAccount, PayoutAccount.trainer_id == Trainer.id)
        .outerjoin(screened, screened.c.trainer_id == Trainer.id)
    )
    if trainer_ids is not None:
        statement = statement.where(Trainer.id.in_(list(trainer_ids)))
    rows = (await session.execute(statement)).all()
    # Hardly anybody is on hold, and the sender asks for one trainer before each call.
    held = any(on_hold for *_, on_hold in rows)
    placed = await _placed(session, trainer_ids, now) if held else {}
    return {
        id_: Standing(
            account_ready=bool(ready),
            first_ready_at=first_ready_at,
            paid_before=paid,
            screening=None if outcome is None else Screening(outcome),
            lists_of=lists_of,
            placed=placed.get(id_, ()),
        )
        for id_, ready, first_ready_at, paid, outcome, lists_of, _ in rows
    }


def _in_force(now: datetime) -> ColumnElement[bool]:
    return and_(
        PayoutHold.released_at.is_(None),
        or_(PayoutHold.until_at.is_(None), PayoutHold.until_at > now),
    )


async def _placed(
    session: AsyncSession, trainer_ids: Collection[UUID] | None, now: datetime
) -> dict[UUID, list[Placed]]:
    statement = (
        select(PayoutHold).where(_in_force(now)).order_by(PayoutHold.placed_at, PayoutHold.id)
    )
    if trainer_ids is not None:
        statement = statement.where(PayoutHold.trainer_id.in_(list(trainer_ids)))
    found: dict[UUID, list[Placed]] = {}
    for row in await session.scalars(statement):
        found.setdefault(row.trainer_id, []).append(
            Placed(
                row.id,
                HoldCause(row.cause),
                row.placed_at,
                row.until_at,
                row.look_at,
                row.payout_id,
            )
        )
    return found
