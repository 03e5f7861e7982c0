"""Sending a refund: intent, call, outcome; and what the provider says about refunds of anybody.

Called from jobs only. Two short transactions around each call, none open during it. The refund's
id is the provider's idempotency key; what was left in `sending` is looked up before it is sent
again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, returning
from app.domain.lifecycles import step
from app.domain.returning import (
    REFUND_MOVES,
    REFUNDS_UNDER_WAY,
    RefundEvent,
    RefundState,
)
from app.domain.settlement import Next, Uncertain, after_look_up
from app.gateways.payments import Outcome, OutcomeKind
from app.gateways.reversals import Movement, RefundOrder, RefundSeen, Reversals
from app.invoicing import announcing, moving, settling
from app.invoicing.money_tables import Refund
from app.invoicing.moving import StrayMoney
from app.invoicing.settling import Fact, Place
from app.invoicing.tables import Collection
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger import queries as ledger
from app.ledger.posting import Entry

STALLED_AFTER = timedelta(seconds=60)
_NEVER_LEFT = ("failed", "canceled")


class OutcomeOpen(Exception):
    """The outcome is not known yet; the job is to come back later."""


@dataclass(frozen=True, slots=True)
class _Work:
    order: RefundOrder
    looks_first: bool
    case_age_s: float
    tries: int
    quiet_s: float
    absent_s: float | None


@dataclass(frozen=True, slots=True)
class _Held:
    """A refund under lock, behind its invoice."""

    place: Place
    payment: Collection
    refund: Refund


async def send(
    database: Database,
    reversals: Reversals,
    refund_id: UUID,
    *,
    longest_call_s: float,
    clock: Clock,
) -> None:
    """Bring a decided refund to the provider. Nothing happens for one that has left.

    `longest_call_s`: how long a call to it can be on its way.

    Raises OutcomeOpen when it is uncertain whether it went, PaymentsUnavailable when a question
    got no answer.
    """
    async with database.begin() as session:
        work = await _intend(session, refund_id, now=clock.now())
    if work is None:
        return
    outcome = await _call(database, reversals, work, longest_call_s, clock)
    if outcome.kind is OutcomeKind.SETTLED:
        seen = await reversals.refund_seen(outcome.provider_id or "")
        async with database.begin() as session:
            await take(session, seen, now=clock.now())
        return
    async with database.begin() as session:
        await _not_sent(session, refund_id, outcome, now=clock.now())
    if outcome.kind is OutcomeKind.UNKNOWN:
        raise OutcomeOpen(outcome.code)


async def _intend(session: AsyncSession, refund_id: UUID, *, now: datetime) -> _Work | None:
    held = await _hold(session, refund_id)
    row = held.refund
    state = RefundState(row.state)
    if state not in REFUNDS_UNDER_WAY:
        return None
    work = _Work(
        RefundOrder(row.id, held.payment.provider_charge_id or "", row.amount_minor),
        looks_first=state is not RefundState.INTENDED,
        case_age_s=_age(row.sending_at, now) or 0.0,
        tries=row.tries,
        quiet_s=_age(row.tried_at, now) or 0.0,
        absent_s=_age(row.absent_since_at, now),
    )
    row.state = step("refund", REFUND_MOVES, state, RefundEvent.SEND)
    row.sending_at = row.sending_at or now
    return work


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else (now - since).total_seconds()


async def _call(
    database: Database, reversals: Reversals, work: _Work, longest_call_s: float, clock: Clock
) -> Outcome:
    """Look first where it may have happened; send where that is safe."""
    if work.looks_first:
        found = await reversals.find_refund(work.order)
        case = Uncertain(
            found is not None, work.case_age_s, work.tries, work.quiet_s, work.absent_s,
            longest_call_s,
        )  # fmt: skip
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
        row = await session.get_one(Refund, work.order.refund_id)
        row.tries += 1
        row.tried_at = clock.now()
    return await reversals.refund(work.order)


async def _not_sent(
    session: AsyncSession, refund_id: UUID, outcome: Outcome, *, now: datetime
) -> None:
    held = await _hold(session, refund_id)
    row = held.refund
    if RefundState(row.state) not in REFUNDS_UNDER_WAY:
        return  # a webhook was faster
    row.outcome_code = outcome.code
    if outcome.kind is OutcomeKind.DECLINED:
        await _decline(session, held, now=now)
        return
    if row.state == RefundState.SENDING:
        row.state = step("refund", REFUND_MOVES, RefundState.SENDING, RefundEvent.LOSE)
    if outcome.code == "absent_once" and row.absent_since_at is None:
        row.absent_since_at = now


async def take(session: AsyncSession, seen: RefundSeen, *, now: datetime) -> str:
    """Bring our books to what the provider says about a refund; a word for what was done.

    Safe to repeat and in any order. One that somebody made at the provider is adopted: the invoice
    that its payment settled is open again. Raises StrayMoney.
    """
    known = await session.scalar(
        select(Refund.id).where(
            (Refund.provider_refund_id == seen.provider_id) | (Refund.id == seen.refund_id)
        )
    )
    if known is None:
        if seen.left is None:
            return "not_ours"
        held = await _adopt(session, seen, now=now)
    else:
        held = await _hold(session, known)
    row, state = held.refund, RefundState(held.refund.state)
    said = "unchanged"
    if state in REFUNDS_UNDER_WAY:
        row.provider_refund_id = seen.provider_id
        if seen.left is not None:
            await _leave(session, held, seen.left, now=now)
            said = "sent"
        elif seen.status in _NEVER_LEFT:
            row.outcome_code = seen.status
            await _decline(session, held, now=now)
            return "declined"
    elif state is RefundState.DECLINED and seen.left is not None:
        raise StrayMoney(seen.provider_id)
    if seen.came_back is not None and row.state == RefundState.SENT:
        await _come_back(session, held, seen.came_back, now=now)
        return "failed"
    return said


async def _hold(session: AsyncSession, refund_id: UUID) -> _Held:
    payment_id = await session.scalar(select(Refund.collection_id).where(Refund.id == refund_id))
    assert payment_id is not None
    payment, place = await settling.lock_payment(session, payment_id)
    row = await session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    return _Held(place, payment, row)


async def _adopt(session: AsyncSession, seen: RefundSeen, *, now: datetime) -> _Held:
    """A refund that nobody here decided: decided now, out of what its payment still settles."""
    assert seen.left is not None
    found = await moving.collection_of(session, seen.charge_id)
    payment, place = await settling.lock_payment(session, found.id)
    if payment.currency != seen.currency:
        raise StrayMoney(seen.provider_id)
    credit = await ledger.available(session, chart.prepaid(place.company_id), seen.currency)
    on_invoice = await settling.on_invoice_minor(session, payment.id)
    parts = returning.taken_back(
        seen.amount_minor, on_invoice_minor=on_invoice, credit_minor=credit
    )
    payment.returned_minor += seen.amount_minor
    row = Refund(
        id=new_id(),
        collection_id=payment.id,
        company_id=place.company_id,
        state=RefundState.SENDING,
        amount_minor=seen.amount_minor,
        currency=seen.currency,
        from_invoice_minor=parts.from_invoice_minor,
        from_credit_minor=parts.from_credit_minor,
        from_us_minor=parts.from_us_minor,
        reason="made at the provider",
        provider_refund_id=seen.provider_id,
        intended_at=now,
        tried_at=now,
        sending_at=now,
    )
    session.add(row)
    await session.flush()
    await settling.take_back(
        session,
        place,
        _fact(place, row, of=("refund", f"decided:{row.id}"), kind="refund", at=now),
        parts,
        entries=[
            Entry(chart.refunding(place.company_id), row.currency, -row.amount_minor),
            Entry(chart.EXPENSE_GOODWILL, row.currency, parts.from_us_minor),
        ],
        now=now,
    )
    return _Held(place, payment, row)


def _fact(
    place: Place, row: Refund, *, of: tuple[str, str], kind: str = "refund_failed", at: datetime
) -> Fact:
    """`of`: its source and key in the books."""
    source, key = of
    return Fact(
        source=source,
        key=key,
        kind=kind,
        about_id=row.id,
        collection_id=row.collection_id,
        description=f"Refund of a payment of {place.label}",
        effective_at=at,
    )


async def _leave(session: AsyncSession, held: _Held, moved: Movement, *, now: datetime) -> None:
    """It has left our balance at the provider."""
    row, company_id = held.refund, held.place.company_id
    row.state = step("refund", REFUND_MOVES, RefundState(row.state), RefundEvent.LEAVE)
    row.sent_at = now
    reference = f"refund:{row.provider_refund_id}"
    await moving.note(session, reference, moved, now=now)
    await posting.post(
        session,
        source="stripe",
        key=reference,
        description="Refund sent",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.refunding(company_id), row.currency, row.amount_minor),
            *moving.entries(moved, fee_account=chart.EXPENSE_PROCESSING),
        ],
    )
    await announcing.refund_sent(session, company_id, row.id, now=now)


async def _decline(session: AsyncSession, held: _Held, *, now: datetime) -> None:
    """It never left: everything is as before, as far as nothing else was paid meanwhile."""
    row = held.refund
    row.state = step("refund", REFUND_MOVES, RefundState(row.state), RefundEvent.DECLINE)
    row.ended_at = now
    held.payment.returned_minor -= row.amount_minor
    await settling.arrive(
        session,
        held.place,
        _fact(held.place, row, of=("refund", f"declined:{row.id}"), at=now),
        row.amount_minor - row.from_us_minor,
        entries=[
            Entry(chart.refunding(held.place.company_id), row.currency, row.amount_minor),
            Entry(chart.EXPENSE_GOODWILL, row.currency, -row.from_us_minor),
        ],
        now=now,
    )


async def _come_back(session: AsyncSession, held: _Held, moved: Movement, *, now: datetime) -> None:
    """The payer's bank sent it back: it is the company's money, on its invoice or as credit."""
    row = held.refund
    row.state = step("refund", REFUND_MOVES, RefundState(row.state), RefundEvent.RETURN)
    row.ended_at = now
    held.payment.returned_minor -= row.amount_minor
    reference = f"refund_failed:{row.provider_refund_id}"
    await moving.note(session, reference, moved, now=now)
    await settling.arrive(
        session,
        held.place,
        _fact(held.place, row, of=("stripe", reference), at=now),
        row.amount_minor,
        entries=moving.entries(moved, fee_account=chart.EXPENSE_PROCESSING),
        now=now,
    )
    await announcing.refund_failed(session, row.id, now=now)


async def stalled(session: AsyncSession, *, before: datetime) -> list[UUID]:
    """Refunds under way that nobody has tried since; at most 50, the oldest first."""
    found = await session.scalars(
        select(Refund.id)
        .where(Refund.state.in_(REFUNDS_UNDER_WAY), Refund.tried_at < before)
        .order_by(Refund.tried_at)
        .limit(50)
    )
    return list(found)
