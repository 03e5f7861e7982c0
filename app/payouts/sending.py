"""Sending a payout: intent, call, outcome; look-up before anything is sent again.

Called from jobs only. Two short transactions around each call, none open during it. The attempt's
id is the provider's idempotency key. A worker may be killed at any line of this file: what it left
in `sending` is uncertain, and uncertain means: look first.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import SystemActor
from app.domain.lifecycles import step
from app.domain.settlement import (
    ATTEMPT_MOVES,
    AttemptEvent,
    AttemptState,
    Next,
    PayoutEvent,
    PayoutState,
    Uncertain,
    after_look_up,
    hold_for,
)
from app.gateways.payments import Outcome, OutcomeKind, Payments, Send
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.payouts import moving
from app.payouts.tables import Payout, PayoutAttempt, PayoutLine

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
    age_s: float
    tries: int
    absent_s: float | None


async def send_payout(
    database: Database, payments: Payments, payout_id: UUID, *, clock: Clock
) -> None:
    """Bring the payout as far as it goes now: transfer, then bank payout.

    Raises OutcomeOpen when an outcome is uncertain (the job retries), PaymentsUnavailable when a
    look-up got no answer.
    """
    while True:
        async with database.begin() as session:
            work = await _intend(session, payout_id, now=clock.now())
        if work is None:
            return
        outcome = await _call(database, payments, work, clock=clock)
        async with database.begin() as session:
            await _record(session, payout_id, work, outcome, now=clock.now())
        if outcome.kind is OutcomeKind.UNKNOWN:
            raise OutcomeOpen(outcome.code)


async def _intend(session: AsyncSession, payout_id: UUID, *, now: datetime) -> Work | None:
    """Lock the payout and commit what is about to be tried, before it is tried."""
    payout = await moving.locked(session, payout_id)
    if payout is None:
        return None
    state = PayoutState(payout.state)
    if state is PayoutState.PENDING:
        kind = "transfer"
    elif state is PayoutState.SENT and payout.bank_payout_id is None:
        kind = "bank_payout"
    else:
        return None
    attempt = await _open_attempt(session, payout_id)
    if attempt is None:
        attempt = await _new_attempt(session, payout, kind, now=now)
    was = AttemptState(attempt.state)
    work = Work(
        send=Send(
            attempt.id, payout_id, attempt.destination, attempt.amount_minor, attempt.currency
        ),
        kind=attempt.kind,
        looks_first=was is not AttemptState.INTENDED,
        age_s=_age(attempt.sending_at, now) or 0.0,
        tries=attempt.tries,
        absent_s=_age(attempt.absent_since_at, now),
    )
    if was is not AttemptState.SENDING:
        attempt.state = step("attempt", ATTEMPT_MOVES, was, AttemptEvent.SEND).value
    if attempt.sending_at is None:
        attempt.sending_at = now
    return work


async def _open_attempt(session: AsyncSession, payout_id: UUID) -> PayoutAttempt | None:
    return await session.scalar(
        select(PayoutAttempt)
        .where(PayoutAttempt.payout_id == payout_id, PayoutAttempt.state.in_(_OPEN))
        .execution_options(populate_existing=True)
    )


async def _new_attempt(
    session: AsyncSession, payout: Payout, kind: str, *, now: datetime
) -> PayoutAttempt:
    last = await session.scalar(
        select(func.max(PayoutAttempt.number)).where(
            PayoutAttempt.payout_id == payout.id, PayoutAttempt.kind == kind
        )
    )
    attempt = PayoutAttempt(
        id=new_id(),
        payout_id=payout.id,
        kind=kind,
        number=(last or 0) + 1,
        state=AttemptState.INTENDED.value,
        amount_minor=payout.pay_minor,
        currency=payout.currency,
        destination=payout.provider_account_id,
        tries=0,
        intended_at=now,
    )
    session.add(attempt)
    await session.flush()
    return attempt


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else (now - since).total_seconds()


async def _call(database: Database, payments: Payments, work: Work, *, clock: Clock) -> Outcome:
    """Look first where it may have happened; send where that is safe."""
    if work.looks_first:
        if work.kind == "transfer":
            found = await payments.find_transfer(work.send)
        else:
            found = await payments.find_bank_payout(work.send)
        case = Uncertain(found is not None, work.age_s, work.tries, work.absent_s)
        match after_look_up(case):
            case Next.ADOPT:
                return Outcome(OutcomeKind.SETTLED, provider_id=found)
            case Next.GIVE_UP:
                return Outcome(OutcomeKind.DECLINED, code="proved_absent")
            case Next.WAIT:
                return Outcome(OutcomeKind.UNKNOWN, code="absent_once")
            case Next.RESEND:
                pass
    async with database.begin() as session:
        attempt = await session.get_one(PayoutAttempt, work.send.attempt_id)
        attempt.tries += 1
    if work.kind == "transfer":
        return await payments.send_transfer(work.send)
    return await payments.start_bank_payout(work.send)


async def _record(
    session: AsyncSession, payout_id: UUID, work: Work, outcome: Outcome, *, now: datetime
) -> None:
    """Write the outcome, the payout's step and the posting in one transaction."""
    payout = await moving.locked(session, payout_id)
    attempt = await session.get(
        PayoutAttempt, work.send.attempt_id, populate_existing=True, with_for_update=True
    )
    assert payout is not None
    assert attempt is not None
    if attempt.state not in _OPEN:
        return  # another worker, or a webhook, has recorded it meanwhile
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
        return
    attempt.finished_at = now
    if outcome.kind is OutcomeKind.SETTLED:
        assert outcome.provider_id is not None
        await _settled(session, payout, work.kind, outcome.provider_id, now=now)
    elif outcome.code != "proved_absent":
        await _declined(session, payout, work.kind, outcome.code or "", now=now)


async def _settled(
    session: AsyncSession, payout: Payout, kind: str, provider_id: str, *, now: datetime
) -> None:
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
        moving.move(session, payout, PayoutEvent.BANK_FAILED, actor=ACTOR, now=now)
        return
    if hold_for(code) is not None:
        moving.move(session, payout, PayoutEvent.HOLD, actor=ACTOR, now=now)
        return
    moving.move(session, payout, PayoutEvent.REFUSED, actor=ACTOR, now=now)
    lines = await session.scalars(select(PayoutLine).where(PayoutLine.payout_id == payout.id))
    for line in lines:
        line.live = False
    await posting.post(
        session,
        source="payout",
        key=f"{payout.id}:refused",
        description="Payout refused by the provider",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.trainer_paying(payout.trainer_id), payout.currency, payout.pay_minor),
            Entry(chart.trainer_payable(payout.trainer_id), payout.currency, -payout.pay_minor),
        ],
    )


async def waiting_for_funds(session: AsyncSession, *, before: datetime) -> list[UUID]:
    """Payouts held for lack of funds whose last try is older than `before`."""
    last = (
        select(func.max(PayoutAttempt.finished_at))
        .where(PayoutAttempt.payout_id == Payout.id)
        .scalar_subquery()
    )
    rows = await session.scalars(
        select(Payout.id)
        .where(
            Payout.state == PayoutState.HELD.value,
            Payout.failure_code == "balance_insufficient",
            last < before,
        )
        .limit(500)
    )
    return list(rows)


async def stalled(session: AsyncSession, *, before: datetime) -> list[UUID]:
    """Payouts that should be moving and whose last sign of life is older than `before`."""
    last = (
        select(
            PayoutAttempt.payout_id,
            func.max(
                func.greatest(
                    PayoutAttempt.intended_at, PayoutAttempt.sending_at, PayoutAttempt.finished_at
                )
            ).label("at"),
        )
        .group_by(PayoutAttempt.payout_id)
        .subquery()
    )
    rows = await session.scalars(
        select(Payout.id)
        .outerjoin(last, last.c.payout_id == Payout.id)
        .where(
            (Payout.state == PayoutState.PENDING.value)
            | ((Payout.state == PayoutState.SENT.value) & Payout.bank_payout_id.is_(None)),
            func.coalesce(last.c.at, Payout.created_at) < before,
        )
        .limit(500)
    )
    return list(rows)
