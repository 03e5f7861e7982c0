"""Reads of payouts: for finance, and for the trainer who is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.adjustments import LineType
from app.domain.settlement import Due, HoldCause, PayoutState, cause_of
from app.engagements.tables import Engagement
from app.kit.paging import Cut, Page, cut, paged
from app.payouts.running import MINIMUM_MINOR
from app.payouts.tables import Payout, PayoutAccount, PayoutAttempt, PayoutLine, PayoutRun
from app.projects.tables import Position
from app.timesheets import pay_lines
from app.timesheets.adjustments import Adjustment
from app.timesheets.pay_lines import Contested, PayLine
from app.timesheets.tables import Approval


@dataclass(frozen=True, slots=True)
class PayoutFacts:
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
    payouts_by_state: Mapping[str, int]
    pay_by_currency: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EarningFacts:
    """One approved line: worked week, minutes, rate, money and what became of it.

    An adjustment has its type and its reason; a sum of money has no minutes and no rate.
    """

    id: UUID
    engagement_id: UUID
    position_title: str
    week_starts_at: datetime
    week_ends_at: datetime
    minutes: int
    pay_rate_minor: int
    pay_minor: int
    currency: str
    approved_at: datetime
    payout_id: UUID | None
    paid: bool
    cause: HoldCause | None
    type: LineType
    reason: str | None


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """What waits for one reason."""

    cause: HoldCause
    held_minor: int
    currency: str
    since: datetime


def _payouts() -> Select[Payout]:
    return select(Payout)


def _facts(row: Payout) -> PayoutFacts:
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
    )


async def list_payouts(
    session: AsyncSession, page: Cut, *, run_id: UUID | None = None
) -> Page[PayoutFacts]:
    """All payouts, newest first. For finance."""
    statement = _payouts()
    if run_id is not None:
        statement = statement.where(Payout.run_id == run_id)
    rows = (await session.scalars(cut(statement, Payout.created_at, Payout.id, page))).all()
    return paged([_facts(r) for r in rows], page, lambda f: (f.created_at, f.id))


async def get_payout(session: AsyncSession, payout_id: UUID) -> PayoutFacts | None:
    """One payout. For finance."""
    row = await session.get(Payout, payout_id)
    return None if row is None else _facts(row)


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
        "running" if moving else "finished",
        run.created_at,
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


def _earnings() -> Select[PayLine, str, datetime | None, UUID, str, str | None, str]:
    return (
        select(
            PayLine,
            Position.title,
            Approval.funded_at,
            Payout.id,
            Payout.state,
            Payout.failure_code,
            Adjustment.reason,
        )
        .outerjoin(Adjustment, Adjustment.id == PayLine.adjustment_id)
        .join(Approval, Approval.id == PayLine.approval_id)
        .join(Engagement, Engagement.id == PayLine.engagement_id)
        .join(Position, Position.id == Engagement.position_id)
        .outerjoin(PayoutLine, (PayoutLine.pay_line_id == PayLine.id) & PayoutLine.live)
        .outerjoin(Payout, Payout.id == PayoutLine.payout_id)
    )


async def _circumstances(session: AsyncSession, trainer_id: UUID) -> tuple[bool, Mapping[str, int]]:
    """Whether the payout account is ready, and per currency what could go out now."""
    account = await session.get(PayoutAccount, trainer_id)
    rows = await session.execute(
        select(PayLine.currency, func.sum(PayLine.pay_minor))
        .join(Approval, Approval.id == PayLine.approval_id)
        .outerjoin(PayoutLine, (PayoutLine.pay_line_id == PayLine.id) & PayoutLine.live)
        .where(
            PayLine.trainer_id == trainer_id,
            Approval.funded_at.is_not(None),
            PayoutLine.payout_id.is_(None),
        )
        .group_by(PayLine.currency)
    )
    ready = account is not None and account.ready
    return ready, {currency: int(total) for currency, total in rows}


async def own_earnings(session: AsyncSession, actor: TrainerActor, page: Cut) -> Page[EarningFacts]:
    """Every approved line of the trainer, newest first, with its cause while it is unpaid."""
    ready, payable = await _circumstances(session, actor.trainer_id)
    statement = _earnings().where(PayLine.trainer_id == actor.trainer_id)
    rows = (await session.execute(cut(statement, PayLine.approved_at, PayLine.id, page))).all()
    items = [_earning(row, ready=ready, payable=payable) for row in rows]
    return paged(items, page, lambda e: (e.approved_at, e.id))


def _earning(row, *, ready: bool, payable: Mapping[str, int]) -> EarningFacts:  # type: ignore[no-untyped-def]
    line, title, funded_at, payout_id, state, code, reason = row
    paid = state == PayoutState.SETTLED.value
    due = Due(
        funded=funded_at is not None,
        payout_state=PayoutState(state) if state else None,
        payout_code=code,
        account_ready=ready,
        payable_minor=payable.get(line.currency, 0),
        minimum_minor=MINIMUM_MINOR,
        taken_back=line.pay_minor < 0,
    )
    return EarningFacts(
        line.id,
        line.engagement_id,
        title,
        line.week_starts_at,
        line.week_ends_at,
        line.minutes,
        line.pay_rate_minor,
        line.pay_minor,
        line.currency,
        line.approved_at,
        payout_id,
        paid,
        None if paid else cause_of(due),
        LineType(line.type),
        reason,
    )


async def own_holds(session: AsyncSession, actor: TrainerActor) -> Sequence[HoldFacts]:
    """Every unpaid cent of the trainer, summed by cause and currency.

    Contested time has no line yet; what it would come to waits for one cause of its own.
    """
    ready, payable = await _circumstances(session, actor.trainer_id)
    rows = (
        await session.execute(
            _earnings().where(
                PayLine.trainer_id == actor.trainer_id,
                (Payout.state.is_(None)) | (Payout.state != PayoutState.SETTLED.value),
            )
        )
    ).all()
    sums: dict[tuple[HoldCause, str], list[EarningFacts]] = {}
    for row in rows:
        earning = _earning(row, ready=ready, payable=payable)
        assert earning.cause is not None
        sums.setdefault((earning.cause, earning.currency), []).append(earning)
    waiting: dict[str, list[Contested]] = {}
    for each in await pay_lines.contested(session, actor.trainer_id):
        waiting.setdefault(each.would_earn.currency, []).append(each)
    return [
        HoldFacts(cause, sum(e.pay_minor for e in es), currency, min(e.approved_at for e in es))
        for (cause, currency), es in sorted(sums.items())
    ] + [
        HoldFacts(
            HoldCause.CONTEST,
            sum(c.would_earn.minor for c in cs),
            currency,
            min(c.since for c in cs),
        )
        for currency, cs in sorted(waiting.items())
    ]
