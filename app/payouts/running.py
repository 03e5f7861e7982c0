"""A payout run: from approved and funded lines to one payout per trainer and currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import Actor, FinanceActor, describe
from app.domain.errands import Errand
from app.domain.settlement import PayoutState
from app.kit import queue
from app.kit.db import Database
from app.kit.ids import derived_id, new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.payouts import retrying
from app.payouts.refusals import RunLiesAhead
from app.payouts.tables import Payout, PayoutAccount, PayoutLine, PayoutRun, PayoutStep
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import Approval

MINIMUM_MINOR = 100
CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class PayableLine:
    id: UUID
    pay_minor: int


async def order(
    session: AsyncSession, actor: FinanceActor, *, as_of: datetime, now: datetime
) -> UUID:
    """Order a run of everything due as of an instant. It is planned and sent by jobs.

    Raises RunLiesAhead: what will be due later is not known yet.
    """
    if as_of > now + CLOCK_TOLERANCE:
        raise RunLiesAhead
    run = PayoutRun(
        id=new_id(),
        as_of_at=as_of,
        state="planned",
        created_by_user_id=actor.user_id,
        created_at=now,
    )
    session.add(run)
    await session.flush()
    await queue.enqueue(session, Errand.RUN_PAYOUTS, {"payout_run_id": str(run.id)})
    return run.id


async def plan(database: Database, run_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Make the run's payouts, a transaction per trainer and currency. Safe to repeat.

    A killed run goes on where it stopped: what stands on a live payout line is not taken again.
    """
    async with database.begin() as session:
        run = await session.get(PayoutRun, run_id)
        if run is None or run.state == "finished":
            return
        as_of = run.as_of_at
        due = await _due(session, as_of)
        held = await _held(session)
    for payout_id in held:
        async with database.begin() as session:
            await retrying.retry_if_held(session, payout_id, actor=actor, now=now)
    for trainer_id, currency in due:
        async with database.begin() as session:
            await _plan_one(
                session, run_id, trainer_id, currency=currency, as_of=as_of, actor=actor, now=now
            )
    async with database.begin() as session:
        await session.execute(
            update(PayoutRun).where(PayoutRun.id == run_id).values(state="finished")
        )


def _free_lines(as_of: datetime):  # type: ignore[no-untyped-def]
    """Funded lines that stand on no live payout; what is taken back is set off among them."""
    return (
        select(PayLine)
        .join(Approval, Approval.id == PayLine.approval_id)
        .where(
            Approval.funded_at.is_not(None),
            Approval.funded_at <= as_of,
            PayLine.pay_minor != 0,
            ~exists().where(PayoutLine.pay_line_id == PayLine.id, PayoutLine.live),
        )
    )


async def _due(session: AsyncSession, as_of: datetime) -> Sequence[tuple[UUID, str]]:
    lines = _free_lines(as_of).subquery()
    rows = await session.execute(
        select(lines.c.trainer_id, lines.c.currency)
        .join(PayoutAccount, PayoutAccount.trainer_id == lines.c.trainer_id)
        .where(PayoutAccount.ready)
        .group_by(lines.c.trainer_id, lines.c.currency)
        .having(func.sum(lines.c.pay_minor) >= MINIMUM_MINOR)
        .order_by(lines.c.trainer_id, lines.c.currency)
    )
    return [(row.trainer_id, row.currency) for row in rows]


async def _held(session: AsyncSession) -> Sequence[UUID]:
    return (
        await session.scalars(select(Payout.id).where(Payout.state == PayoutState.HELD.value))
    ).all()


async def _plan_one(
    session: AsyncSession,
    run_id: UUID,
    trainer_id: UUID,
    *,
    currency: str,
    as_of: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    """One payout, its lines, its posting and its errand, in one transaction.

    The advisory lock serialises two runs at once for one trainer; the partial unique indexes stand
    behind it.
    """
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 41))"),
        {"who": f"{trainer_id}:{currency}"},
    )
    open_payout = await session.scalar(
        select(Payout.id).where(
            Payout.trainer_id == trainer_id,
            Payout.currency == currency,
            Payout.state.in_(("pending", "sent", "held", "returned")),
        )
    )
    if open_payout is not None:
        return
    statement = _free_lines(as_of).where(
        PayLine.trainer_id == trainer_id, PayLine.currency == currency
    )
    lines = (await session.scalars(statement)).all()
    account = await session.get(PayoutAccount, trainer_id)
    total = sum(line.pay_minor for line in lines)
    if account is None or account.provider_account_id is None or total < MINIMUM_MINOR:
        return
    payout = Payout(
        id=derived_id(run_id, str(trainer_id), currency),
        run_id=run_id,
        trainer_id=trainer_id,
        state=PayoutState.PENDING.value,
        pay_minor=total,
        currency=currency,
        provider_account_id=account.provider_account_id,
        created_at=now,
    )
    session.add(payout)
    await session.flush()
    await _write_down(session, payout, lines, actor=actor, now=now)


async def _write_down(
    session: AsyncSession, payout: Payout, lines: Sequence[PayLine], *, actor: Actor, now: datetime
) -> None:
    """The lines, the first step, the posting and the errand of a new payout."""
    session.add_all(
        PayoutLine(
            payout_id=payout.id,
            pay_line_id=line.id,
            pay_minor=line.pay_minor,
            currency=payout.currency,
            live=True,
        )
        for line in lines
    )
    session.add(
        PayoutStep(
            id=new_id(),
            payout_id=payout.id,
            event="planned",
            state=payout.state,
            actor=describe(actor),
            at=now,
        )
    )
    await _set_off(session, payout, lines, now=now)
    await posting.post(
        session,
        source="payout",
        key=f"{payout.id}:decided",
        description="Payout decided",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.trainer_payable(payout.trainer_id), payout.currency, payout.pay_minor),
            Entry(chart.trainer_paying(payout.trainer_id), payout.currency, -payout.pay_minor),
        ],
    )
    await queue.enqueue(
        session,
        Errand.SEND_PAYOUT,
        {"payout_id": str(payout.id)},
        dedupe_key=f"payout:{payout.id}",
    )


async def _set_off(
    session: AsyncSession, payout: Payout, lines: Sequence[PayLine], *, now: datetime
) -> None:
    """What the trainer owes comes off what is payable to her, each line once for ever.

    When the payout fails definitely, its lines go into another one; the line's key then finds that
    it was set off.
    """
    for line in lines:
        if line.owed:
            await posting.post(
                session,
                source="set_off",
                key=str(line.id),
                description="Set off against a payout",
                effective_at=now,
                now=now,
                entries=[
                    Entry(chart.trainer_payable(line.trainer_id), line.currency, -line.pay_minor),
                    Entry(chart.trainer_receivable(line.trainer_id), line.currency, line.pay_minor),
                ],
            )
