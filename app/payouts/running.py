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
from app.payouts import four_eyes, holding, moving, previewing, retrying, standing
from app.payouts.refusals import RunLiesAhead
from app.payouts.standing import Verdict
from app.payouts.tables import Payout, PayoutAccount, PayoutLine, PayoutRun, PayoutStep
from app.timesheets.pay_lines import PayLine

CLOCK_TOLERANCE = timedelta(minutes=2)
# Trainers planned in one transaction: a payout costs three statements then instead of twenty, and a
# run plans many times faster than the provider lets it send. A hold waits for so many at most.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Case:
    """Some trainers in one run, in order."""

    run_id: UUID
    as_of: datetime
    trainer_ids: Sequence[UUID]


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
    """Make the run's payouts, some trainers in a transaction. Safe to repeat.

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
    due = [verdict for verdict in found if verdict.cause is None]
    for start in range(0, len(due), AT_ONCE):
        some = Case(run_id, as_of, sorted({v.trainer_id for v in due[start : start + AT_ONCE]}))
        async with database.begin() as session:
            if not await _plan_some(session, some, rules=rules, actor=actor, now=now):
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


async def _plan_some(
    session: AsyncSession, case: Case, *, rules: PayoutRules, actor: Actor, now: datetime
) -> bool:
    """The payouts of some trainers, their lines, postings and errands, in one transaction; False
    when the run has come to where it needs a second person.

    The locks, always taken in the order of the trainers, serialise two runs at once for one
    trainer, and a run with a hold; the partial unique indexes stand behind them. What was seen
    before the locks is looked at again.
    """
    await holding.lock_trainers(session, case.trainer_ids)
    found = await standing.verdicts(
        session, as_of=case.as_of, rules=rules, now=now, trainer_ids=case.trainer_ids
    )
    accounts = await _accounts(session, case)
    run = await session.get_one(PayoutRun, case.run_id, populate_existing=True)
    lines = await _lines(session, case)
    paid_before = await _paid_before(session, case, found)
    ordered: dict[str, int | None] = {}
    planned = []
    for verdict in found:
        whose, currency = verdict.trainer_id, verdict.currency
        account = accounts.get(whose)
        if verdict.cause is not None or account is None or _id(case, verdict) in paid_before:
            continue
        if currency not in ordered:
            ordered[currency] = await four_eyes.ordered_alone(session, run, currency, rules=rules)
        pay_minor, before = (
            sum(line.pay_minor for line in lines[whose, currency]),
            ordered[currency],
        )
        if before is not None:
            if four_eyes.needed(before, pay_minor, rules=rules):
                run.state = four_eyes.AWAITING
                break
            ordered[currency] = before + pay_minor
        payout = Payout(
            id=_id(case, verdict),
            run_id=case.run_id,
            trainer_id=whose,
            state=PayoutState.PENDING.value,
            pay_minor=pay_minor,
            currency=currency,
            provider_account_id=account,
            created_at=now,
        )
        planned.append((payout, lines[whose, currency]))
    session.add_all(payout for payout, _ in planned)
    await session.flush()
    for payout, of in planned:
        _write_lines(session, payout, of, actor=actor, now=now)
    await session.flush()
    for payout, of in planned:
        await _post(session, payout, of, now=now)
    await moving.send_soon(session, [payout.id for payout, _ in planned])
    return run.state != four_eyes.AWAITING


def _id(case: Case, verdict: Verdict) -> UUID:
    return derived_id(case.run_id, str(verdict.trainer_id), verdict.currency)


async def _accounts(session: AsyncSession, case: Case) -> dict[UUID, str]:
    """Trainer → her account at the provider."""
    rows = await session.execute(
        select(PayoutAccount.trainer_id, PayoutAccount.provider_account_id).where(
            PayoutAccount.trainer_id.in_(case.trainer_ids)
        )
    )
    return {whose: account for whose, account in rows if account is not None}


async def _lines(session: AsyncSession, case: Case) -> dict[tuple[UUID, str], list[PayLine]]:
    """Trainer and currency → what is funded and free."""
    found: dict[tuple[UUID, str], list[PayLine]] = {}
    statement = standing.free_lines(case.as_of).where(PayLine.trainer_id.in_(case.trainer_ids))
    for line in await session.scalars(statement):
        found.setdefault((line.trainer_id, line.currency), []).append(line)
    return found


async def _paid_before(session: AsyncSession, case: Case, found: Sequence[Verdict]) -> set[UUID]:
    """Payouts that this run has made before; they may have ended since, and are not made again."""
    ids = [_id(case, verdict) for verdict in found]
    return set(await session.scalars(select(Payout.id).where(Payout.id.in_(ids))))


def _write_lines(
    session: AsyncSession, payout: Payout, lines: Sequence[PayLine], *, actor: Actor, now: datetime
) -> None:
    """The lines and the first step of a new payout."""
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


async def _post(
    session: AsyncSession, payout: Payout, lines: Sequence[PayLine], *, now: datetime
) -> None:
    """Set off what she owes, and take what is payable to her into the payout."""
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
