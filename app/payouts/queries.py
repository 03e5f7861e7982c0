"""Reads of payouts: for finance, and for the trainer who is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.holds import HoldCause, PayoutRules, cause_in_payout
from app.domain.refusals import NotFound
from app.domain.settlement import PayoutState
from app.kit.paging import Cut, Page, cut, paged
from app.payouts import standing
from app.payouts.tables import Payout, PayoutAttempt, PayoutHold, PayoutRun


@dataclass(frozen=True, slots=True)
class PayoutFacts:
    """One payout. `cause`: why it has not arrived; for finance, and while it has not ended."""

    id: UUID
    run_id: UUID
    trainer_id: UUID
    state: str
    pay_minor: int
    currency: str
    transfer_id: str | None
    bank_payout_id: str | None
    failure_code: str | None
    created_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    cause: HoldCause | None = None


@dataclass(frozen=True, slots=True)
class PlacedHoldFacts:
    """Something that stops a trainer's money or one payout, and who placed and released it."""

    id: UUID
    trainer_id: UUID
    payout_id: UUID | None
    cause: HoldCause
    reason: str | None
    placed_by: str
    placed_at: datetime
    until_at: datetime | None
    look_at: datetime | None
    released_by: str | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    kind: str
    number: int
    state: str
    outcome_code: str | None
    provider_id: str | None
    intended_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run with its progress: payouts by state and the sum per currency."""

    id: UUID
    as_of_at: datetime
    state: str
    created_at: datetime
    intended: int | None
    ordered_by_user_id: UUID
    approved_by_user_id: UUID | None
    payouts_by_state: Mapping[str, int]
    pay_by_currency: Mapping[str, int]


def _payouts() -> Select[Payout]:
    return select(Payout)


def _facts(row: Payout, cause: HoldCause | None = None) -> PayoutFacts:
    return PayoutFacts(
        row.id,
        row.run_id,
        row.trainer_id,
        row.state,
        row.pay_minor,
        row.currency,
        row.transfer_id,
        row.bank_payout_id,
        row.failure_code,
        row.created_at,
        row.sent_at,
        row.settled_at,
        cause,
    )


async def _explained(
    session: AsyncSession, rows: Sequence[Payout], *, rules: PayoutRules, now: datetime
) -> list[PayoutFacts]:
    """Payouts with the cause for which each of them waits."""
    whose = {
        row.id: row.trainer_id
        for row in rows
        if standing.can_be_stopped(row.state, row.bank_payout_id)
    }
    stopped = await standing.blocked_payouts(session, whose, rules=rules, now=now)
    found = []
    for row in rows:
        block = stopped.get(row.id)
        cause = None
        if row.state in standing.OPEN:
            cause = cause_in_payout(PayoutState(row.state), row.failure_code or "", block)
        found.append(_facts(row, cause))
    return found


async def list_payouts(
    session: AsyncSession,
    page: Cut,
    *,
    rules: PayoutRules,
    now: datetime,
    run_id: UUID | None = None,
) -> Page[PayoutFacts]:
    """All payouts, newest first. For finance."""
    statement = _payouts()
    if run_id is not None:
        statement = statement.where(Payout.run_id == run_id)
    rows = (await session.scalars(cut(statement, Payout.created_at, Payout.id, page))).all()
    found = await _explained(session, rows, rules=rules, now=now)
    return paged(found, page, lambda f: (f.created_at, f.id))


async def get_payout(
    session: AsyncSession, payout_id: UUID, *, rules: PayoutRules, now: datetime
) -> PayoutFacts:
    """One payout. For finance. Raises NotFound."""
    row = await session.get(Payout, payout_id)
    if row is None:
        raise NotFound
    return (await _explained(session, [row], rules=rules, now=now))[0]


async def get_hold(session: AsyncSession, hold_id: UUID) -> PlacedHoldFacts:
    """A hold that somebody placed. For finance. Raises NotFound."""
    row = await session.get(PayoutHold, hold_id)
    if row is None:
        raise NotFound
    return PlacedHoldFacts(
        row.id,
        row.trainer_id,
        row.payout_id,
        HoldCause(row.cause),
        row.reason,
        row.placed_by,
        row.placed_at,
        row.until_at,
        row.look_at,
        row.released_by,
        row.released_at,
    )


async def attempts_of(session: AsyncSession, payout_id: UUID) -> Sequence[AttemptFacts]:
    """Every try at a payout, oldest first."""
    rows = await session.scalars(
        select(PayoutAttempt)
        .where(PayoutAttempt.payout_id == payout_id)
        .order_by(PayoutAttempt.intended_at, PayoutAttempt.id)
    )
    return [
        AttemptFacts(
            r.kind,
            r.number,
            r.state,
            r.outcome_code,
            r.provider_id,
            r.intended_at,
            r.finished_at,
        )
        for r in rows
    ]


async def get_run(session: AsyncSession, run_id: UUID) -> RunFacts | None:
    """A run and how far it is."""
    run = await session.get(PayoutRun, run_id)
    if run is None:
        return None
    rows = (
        await session.execute(
            select(Payout.state, Payout.currency, func.count(), func.sum(Payout.pay_minor))
            .where(Payout.run_id == run_id)
            .group_by(Payout.state, Payout.currency)
        )
    ).all()
    states: dict[str, int] = {}
    sums: dict[str, int] = {}
    for state, currency, count, total in rows:
        states[state] = states.get(state, 0) + count
        sums[currency] = sums.get(currency, 0) + int(total)
    planned = run.state == "planned"
    moving = planned or any(states.get(s) for s in (PayoutState.PENDING.value,))
    return RunFacts(
        run.id,
        run.as_of_at,
        run.state if run.state == "awaiting_approval" else "running" if moving else "finished",
        run.created_at,
        run.intended_count,
        run.created_by_user_id,
        run.approved_by_user_id,
        states,
        sums,
    )


async def accounts_paid_since(session: AsyncSession, since: datetime) -> Sequence[str]:
    """The payees' accounts that money was sent to since then, or is still to arrive from."""
    rows = await session.scalars(
        select(Payout.provider_account_id)
        .where((Payout.sent_at >= since) | (Payout.state == PayoutState.SENT.value))
        .distinct()
        .order_by(Payout.provider_account_id)
    )
    return rows.all()


async def own_payouts(session: AsyncSession, actor: TrainerActor, page: Cut) -> Page[PayoutFacts]:
    """The trainer's payouts, newest first."""
    statement = _payouts().where(Payout.trainer_id == actor.trainer_id)
    rows = (await session.scalars(cut(statement, Payout.created_at, Payout.id, page))).all()
    return paged([_facts(r) for r in rows], page, lambda f: (f.created_at, f.id))


async def own_payout(
    session: AsyncSession, actor: TrainerActor, payout_id: UUID
) -> PayoutFacts | None:
    """One of the trainer's payouts; None when it is not there or not hers."""
    row = await session.scalar(
        _payouts().where(Payout.id == payout_id, Payout.trainer_id == actor.trainer_id)
    )
    return None if row is None else _facts(row)
