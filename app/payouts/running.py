"""A payout run: from approved and funded lines to one payout per trainer and currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import Actor, FinanceActor, describe
from app.domain.errands import Errand
from app.domain.holds import PayoutRules
from app.domain.settlement import PayoutState
from app.kit import queue
from app.kit.db import Database
from app.kit.ids import derived_id, new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.payouts import four_eyes, holding, previewing, retrying, standing
from app.payouts.refusals import RunLiesAhead
from app.payouts.tables import Payout, PayoutAccount, PayoutLine, PayoutRun, PayoutStep
from app.timesheets.pay_lines import PayLine

CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Case:
    """One trainer and currency in one run."""

    run_id: UUID
    trainer_id: UUID
    currency: str
    as_of: datetime


async def order(
    session: AsyncSession,
    actor: FinanceActor,
    *,
    as_of: datetime,
    rules: PayoutRules,
    now: datetime,
) -> UUID:
    """Order a run of everything due as of an instant. It is planned and sent by jobs.

    Above what one person may order alone, nothing happens until another one has approved it.
    Raises RunLiesAhead: what will be due later is not known yet.
    """
    check(as_of, now=now)
    run = PayoutRun(
        id=new_id(),
        as_of_at=as_of,
        state="planned",
        created_by_user_id=actor.user_id,
        created_at=now,
    )
    session.add(run)
    await session.flush()
    if rules.four_eyes_above_minor is not None:
        found = await previewing.preview(session, as_of=as_of, rules=rules, now=now)
        for currency, total in found.totals.items():
            if await four_eyes.too_much(session, run, total, currency=currency, rules=rules):
                run.state = four_eyes.AWAITING
                return run.id
    await queue.enqueue(session, Errand.RUN_PAYOUTS, {"payout_run_id": str(run.id)})
    return run.id


def check(as_of: datetime, *, now: datetime) -> None:
    """Raise RunLiesAhead: what will be due later is not known yet."""
    if as_of > now + CLOCK_TOLERANCE:
        raise RunLiesAhead


async def plan(
    database: Database, run_id: UUID, *, rules: PayoutRules, actor: Actor, now: datetime
) -> None:
    """Make the run's payouts, a transaction per trainer and currency. Safe to repeat.

    A killed run goes on where it stopped: what stands on a live payout line is not taken again.
    """
    async with database.begin() as session:
        run = await session.get(PayoutRun, run_id)
        if run is None or run.state != "planned":
            return
        as_of = run.as_of_at
        found = await standing.verdicts(session, as_of=as_of, rules=rules, now=now)
        if run.intended_count is None:
            run.intended_count = sum(verdict.cause is None for verdict in found)
        held = await _held(session)
    for payout_id in held:
        async with database.begin() as session:
            await retrying.retry_if_held(session, payout_id, rules=rules, actor=actor, now=now)
    for verdict in found:
        if verdict.cause is None:
            case = Case(run_id, verdict.trainer_id, verdict.currency, as_of)
            async with database.begin() as session:
                if not await _plan_one(session, case, rules=rules, actor=actor, now=now):
                    return
    async with database.begin() as session:
        await session.execute(
            update(PayoutRun)
            .where(PayoutRun.id == run_id, PayoutRun.state == "planned")
            .values(state="finished")
        )


async def _held(session: AsyncSession) -> Sequence[UUID]:
    return (
        await session.scalars(select(Payout.id).where(Payout.state == PayoutState.HELD.value))
    ).all()


async def _plan_one(
    session: AsyncSession, case: Case, *, rules: PayoutRules, actor: Actor, now: datetime
) -> bool:
    """One payout, its lines, its posting and its errand, in one transaction; False when the run
    has come to where it needs a second person.

    The lock serialises two runs at once for one trainer, and a run with a hold; the partial unique
    indexes stand behind it. What was seen before the lock is looked at again.
    """
    await holding.lock_trainer(session, case.trainer_id)
    payout_id = derived_id(case.run_id, str(case.trainer_id), case.currency)
    if await session.get(Payout, payout_id) is not None:
        return True  # this run has paid her before, and its payout has ended since
    found = await standing.verdicts(
        session, as_of=case.as_of, rules=rules, now=now, trainer_ids=[case.trainer_id]
    )
    verdict = next((v for v in found if v.currency == case.currency), None)
    account = await session.get(PayoutAccount, case.trainer_id)
    if verdict is None or verdict.cause is not None:
        return True
    if account is None or account.provider_account_id is None:
        return True
    run = await session.get_one(PayoutRun, case.run_id, populate_existing=True)
    if await four_eyes.too_much(
        session, run, verdict.payable_minor, currency=case.currency, rules=rules
    ):
        run.state = four_eyes.AWAITING
        return False
    statement = standing.free_lines(case.as_of).where(
        PayLine.trainer_id == case.trainer_id, PayLine.currency == case.currency
    )
    lines = (await session.scalars(statement)).all()
    payout = Payout(
        id=payout_id,
        run_id=case.run_id,
        trainer_id=case.trainer_id,
        state=PayoutState.PENDING.value,
        pay_minor=sum(line.pay_minor for line in lines),
        currency=case.currency,
        provider_account_id=account.provider_account_id,
        created_at=now,
    )
    session.add(payout)
    await session.flush()
    await _write_down(session, payout, lines, actor=actor, now=now)
    return True


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
