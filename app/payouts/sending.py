"""Sending a payout: intent, call, outcome; look-up before anything is sent again.

Called from jobs only. Short transactions around each call, none open during it. The attempt's
id is the provider's idempotency key. A worker may be killed at any line of this file: what it left
in `sending` is uncertain, and uncertain means: look first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import SystemActor
from app.domain.holds import PayoutRules
from app.domain.lifecycles import step
from app.domain.settlement import (
    ATTEMPT_MOVES,
    SENT_WITHIN_S,
    AttemptEvent,
    AttemptState,
    Next,
    PayoutEvent,
    PayoutState,
    Uncertain,
    after_look_up,
    passes,
)
from app.gateways.payments import Outcome, OutcomeKind, Payments, Send
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.payouts import holding, moving, pacing, resuming, standing
from app.payouts.pacing import Slot
from app.payouts.tables import Payout, PayoutAttempt

ACTOR = SystemActor("payout_sender")
_OPEN = ("intended", "sending", "unknown")


class OutcomeOpen(Exception):
    """The outcome is not known yet; the job is to come back later."""


@dataclass(frozen=True, slots=True)
class Work:
    """One call to make. `looks_first` when an earlier call under this key may have happened."""

    send: Send
    kind: str
    looks_first: bool
    case: Uncertain
    decided_at: datetime


async def send_payout(
    database: Database,
    payments: Payments,
    payout_id: UUID,
    *,
    rules: PayoutRules,
    clock: Clock,
) -> None:
    """Bring the payout as far as it goes now: transfer, then bank payout.

    Raises OutcomeOpen when an outcome is uncertain (the job retries), PaymentsUnavailable when a
    look-up got no answer.
    """
    slot, work = None, None
    while True:
        if work is None:
            kind = await _next_kind(database, payout_id)
            if kind is None:
                return
            # The provider's limit first, so that what is decided is sent at once.
            slot = slot or await _slot(database, kind, rules)
            await slot.draws_near()
            async with database.begin() as session:
                payout = await moving.locked(session, payout_id)
                assert payout is not None
                work = await _intend(session, payout, rules=rules, now=clock.now())
            if work is None:
                return
        assert slot is not None
        await slot.comes()
        outcome, done = await _call(database, payments, work, rules=rules, clock=clock), work
        transferred = outcome.kind is OutcomeKind.SETTLED and done.kind == "transfer"
        slot, work = await _slot(database, "bank_payout", rules) if transferred else None, None
        async with database.begin() as session:
            payout = await _record(session, payout_id, done, outcome, now=clock.now())
            if slot is not None and slot.is_near():
                await session.flush()
                work = await _intend(session, payout, rules=rules, now=clock.now())
        if outcome.kind is OutcomeKind.UNKNOWN:
            raise OutcomeOpen(outcome.code)
        if outcome.kind is OutcomeKind.SETTLED and done.kind == "bank_payout":
            return


async def _slot(database: Database, kind: str, rules: PayoutRules) -> Slot:
    return await pacing.reserve(database, kind, per_second=rules.calls_per_second)


async def _next_kind(database: Database, payout_id: UUID) -> str | None:
    """What is sent next, as far as anybody can tell before it is locked."""
    row = await database.calls.row(
        "SELECT state, bank_payout_id FROM payouts WHERE id = $1", payout_id
    )
    return None if row is None else _next_step(row["state"], row["bank_payout_id"])


async def _intend(
    session: AsyncSession, payout: Payout, *, rules: PayoutRules, now: datetime
) -> Work | None:
    """Write down what is about to be tried with a payout that is locked, before it is tried.

    What stops her money stops it here, after the lock: nothing is sent that was not wanted a moment
    ago. A try of which nobody knows the outcome is still looked for, and not made again.
    """
    kind = _next_step(payout.state, payout.bank_payout_id)
    if kind is None:
        return None
    tries = (
        await session.scalars(
            select(PayoutAttempt)
            .where(PayoutAttempt.payout_id == payout.id)
            .execution_options(populate_existing=True)
        )
    ).all()
    attempt = next((each for each in tries if each.state in _OPEN), None)
    stopped = await standing.blocked_payouts(
        session, {payout.id: payout.trainer_id}, rules=rules, now=now
    )
    wanted = not stopped
    if attempt is None and not wanted:
        if kind == "transfer":
            payout.failure_code = holding.ON_HOLD
            moving.move(session, payout, PayoutEvent.HOLD, actor=ACTOR, now=now)
        return None
    if attempt is None:
        earlier = [each for each in tries if each.kind == kind]
        if kind == "bank_payout" and _not_there_yet(earlier, now):
            return None
        number = max((each.number for each in earlier), default=0) + 1
        attempt = _new_attempt(payout, kind, number, now=now)
        session.add(attempt)
    return _work(attempt, wanted, rules=rules, now=now)


def _next_step(state: str, bank_payout_id: str | None) -> str | None:
    if state == PayoutState.PENDING.value:
        return "transfer"
    sent = state == PayoutState.SENT.value
    return "bank_payout" if sent and bank_payout_id is None else None


def _not_there_yet(earlier: Sequence[PayoutAttempt], now: datetime) -> bool:
    """A transfer across a border is pending in her balance for a day: it is tried once an hour."""
    return any(
        each.finished_at is not None and now - each.finished_at < resuming.FUNDS_AFTER
        for each in earlier
        if each.outcome_code == resuming.NOT_AVAILABLE
    )


def _work(attempt: PayoutAttempt, wanted: bool, *, rules: PayoutRules, now: datetime) -> Work:
    """The call to make; the attempt's step to `sending` is committed before it is made."""
    was = AttemptState(attempt.state)
    work = Work(
        send=Send(
            attempt.id,
            attempt.payout_id,
            attempt.destination,
            attempt.amount_minor,
            attempt.currency,
        ),
        kind=attempt.kind,
        looks_first=was is not AttemptState.INTENDED,
        case=Uncertain(
            found=False,
            age_s=_age(attempt.sending_at, now) or 0.0,
            tries=attempt.tries,
            quiet_s=_age(attempt.called_at or attempt.sending_at, now) or 0.0,
            absent_s=_age(attempt.absent_since_at, now),
            call_s=rules.longest_call_s,
            wanted=wanted,
        ),
        decided_at=now,
    )
    if was is not AttemptState.SENDING:
        attempt.state = step("attempt", ATTEMPT_MOVES, was, AttemptEvent.SEND).value
    if attempt.sending_at is None:
        attempt.sending_at = now
    if not work.looks_first:
        attempt.tries += 1
        attempt.called_at = now
    return work


def _new_attempt(payout: Payout, kind: str, number: int, *, now: datetime) -> PayoutAttempt:
    return PayoutAttempt(
        id=new_id(),
        payout_id=payout.id,
        kind=kind,
        number=number,
        state=AttemptState.INTENDED.value,
        amount_minor=payout.pay_minor,
        currency=payout.currency,
        destination=payout.provider_account_id,
        tries=0,
        intended_at=now,
    )


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else (now - since).total_seconds()


async def _call(
    database: Database, payments: Payments, work: Work, *, rules: PayoutRules, clock: Clock
) -> Outcome:
    """Look first where it may have happened; send where that is safe."""
    decided_at = work.decided_at
    if work.looks_first:
        if work.kind == "transfer":
            found = await payments.find_transfer(work.send)
        else:
            found = await payments.find_bank_payout(work.send)
        match after_look_up(replace(work.case, found=found is not None)):
            case Next.ADOPT:
                return Outcome(OutcomeKind.SETTLED, provider_id=found)
            case Next.GIVE_UP:
                return Outcome(OutcomeKind.DECLINED, code="proved_absent")
            case Next.WAIT:
                return Outcome(OutcomeKind.UNKNOWN, code="absent_once")
            case Next.RESEND:
                decided_at = await _resend(database, work, rules=rules, clock=clock)
    if (clock.now() - decided_at).total_seconds() > SENT_WITHIN_S:
        # This worker stood still. Another may hold the payout by now, and count on silence.
        return Outcome(OutcomeKind.UNKNOWN, code="not_sent_in_time")
    if work.kind == "transfer":
        return await payments.send_transfer(work.send)
    return await payments.start_bank_payout(work.send)


async def _resend(database: Database, work: Work, *, rules: PayoutRules, clock: Clock) -> datetime:
    """The look-up took one slot; the same call once more takes another, and is written down.

    When that was decided.
    """
    slot = await _slot(database, work.kind, rules)
    await slot.draws_near()
    async with database.begin() as session:
        attempt = await session.get_one(PayoutAttempt, work.send.attempt_id)
        attempt.tries += 1
        attempt.called_at = decided_at = clock.now()
    await slot.comes()
    return decided_at


async def _record(
    session: AsyncSession, payout_id: UUID, work: Work, outcome: Outcome, *, now: datetime
) -> Payout:
    """Write the outcome, the step and the posting in one transaction; the locked payout."""
    both = await session.execute(
        select(Payout, PayoutAttempt)
        .join(PayoutAttempt, PayoutAttempt.payout_id == Payout.id)
        .where(Payout.id == payout_id, PayoutAttempt.id == work.send.attempt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    payout, attempt = both.one()
    if attempt.state not in _OPEN:
        return payout  # another worker, or a webhook, has recorded it meanwhile
    event = {
        OutcomeKind.SETTLED: AttemptEvent.SETTLE,
        OutcomeKind.DECLINED: AttemptEvent.DECLINE,
        OutcomeKind.UNKNOWN: AttemptEvent.LOSE,
    }[outcome.kind]
    if not (event is AttemptEvent.LOSE and attempt.state == AttemptState.UNKNOWN.value):
        attempt.state = step("attempt", ATTEMPT_MOVES, AttemptState(attempt.state), event).value
    attempt.outcome_code = outcome.code
    attempt.provider_id = outcome.provider_id
    if outcome.kind is OutcomeKind.UNKNOWN:
        if outcome.code == "absent_once" and attempt.absent_since_at is None:
            attempt.absent_since_at = now
        return payout
    attempt.finished_at = now
    if outcome.kind is OutcomeKind.SETTLED:
        assert outcome.provider_id is not None
        await _settled(session, payout, work.kind, outcome.provider_id, now=now)
    elif outcome.code != "proved_absent":
        await _declined(session, payout, work.kind, outcome.code or "", now=now)
    return payout


async def _settled(
    session: AsyncSession, payout: Payout, kind: str, provider_id: str, *, now: datetime
) -> None:
    payout.failure_code = None
    if kind == "bank_payout":
        payout.bank_payout_id = provider_id
        await _on_its_way(session, payout, provider_id, now=now)
        return
    payout.transfer_id = provider_id
    payout.sent_at = now
    moving.move(session, payout, PayoutEvent.TRANSFERRED, actor=ACTOR, now=now)
    await posting.post(
        session,
        source="stripe",
        key=f"transfer:{provider_id}",
        description="Transfer to the payee's balance",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.connected(payout.provider_account_id), payout.currency, payout.pay_minor),
            Entry(chart.STRIPE_AVAILABLE, payout.currency, -payout.pay_minor),
        ],
    )


async def _on_its_way(
    session: AsyncSession, payout: Payout, provider_id: str, *, now: datetime
) -> None:
    """The provider takes it out of the payee's balance at once, days before her bank has it."""
    account, currency = payout.provider_account_id, payout.currency
    await posting.post(
        session,
        source="stripe",
        key=f"bank_payout:{provider_id}",
        description="Bank payout on its way",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.bank_transit(account), currency, payout.pay_minor),
            Entry(chart.connected(account), currency, -payout.pay_minor),
        ],
    )


async def _declined(
    session: AsyncSession, payout: Payout, kind: str, code: str, *, now: datetime
) -> None:
    """A passing refusal holds the promise; a definite one gives the lines back."""
    payout.failure_code = code
    if kind == "bank_payout":
        if code != resuming.NOT_AVAILABLE:
            moving.move(session, payout, PayoutEvent.BANK_FAILED, actor=ACTOR, now=now)
        return
    if passes(code):
        moving.move(session, payout, PayoutEvent.HOLD, actor=ACTOR, now=now)
        return
    moving.move(session, payout, PayoutEvent.REFUSED, actor=ACTOR, now=now)
    await moving.give_back(session, payout, "refused", now=now)
