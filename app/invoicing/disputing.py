"""Disputes: a payer's bank takes the money away, decides, and gives it back or keeps it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, returning
from app.domain.lifecycles import step
from app.domain.returning import DISPUTE_MOVES, DisputeEvent, DisputeState, TakenBack
from app.gateways.reversals import DisputeSeen, Movement
from app.invoicing import announcing, moving, settling
from app.invoicing.money_tables import Dispute
from app.invoicing.moving import StrayMoney
from app.invoicing.settling import Fact, Place
from app.invoicing.tables import Collection
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger import queries as ledger
from app.ledger.posting import Entry


@dataclass(frozen=True, slots=True)
class _Held:
    place: Place
    payment: Collection
    dispute: Dispute


async def take(session: AsyncSession, seen: DisputeSeen, *, now: datetime) -> str:
    """Bring our books to what the provider says about a dispute; its state after that.

    `seen` is freshly asked for. Safe to repeat and in any order: only what stands on the
    provider's statement moves money, and each such line once. Raises StrayMoney.
    """
    held = await _held(session, seen, now=now)
    row = held.dispute
    row.evidence_due_at = seen.evidence_due_at
    events = returning.dispute_events(
        DisputeState(row.state),
        withdrawn=seen.withdrawn is not None,
        reinstated=seen.reinstated is not None,
        status=seen.status,
    )
    for event in events:
        was = DisputeState(row.state)
        row.state = step("dispute", DISPUTE_MOVES, was, event)
        row.closed_at = None if row.state == DisputeState.WITHDRAWN else now
        if event is DisputeEvent.WITHDRAW and seen.withdrawn is not None:
            await _withdraw(session, held, seen.withdrawn, now=now)
        elif event is DisputeEvent.LOSE:
            await _lose(session, held, now=now)
        elif event is DisputeEvent.REINSTATE and seen.reinstated is not None:
            await _reinstate(session, held, seen.reinstated, was=was, now=now)
    await session.flush()
    return row.state


async def _held(session: AsyncSession, seen: DisputeSeen, *, now: datetime) -> _Held:
    """The dispute, made where it is new, behind its payment's invoice."""
    found = await moving.collection_of(session, seen.charge_id)
    payment, place = await settling.lock_payment(session, found.id)
    if payment.currency != seen.currency:
        raise StrayMoney(seen.provider_id)
    row = await session.scalar(
        select(Dispute)
        .where(Dispute.provider_dispute_id == seen.provider_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        row = Dispute(
            id=new_id(),
            collection_id=payment.id,
            company_id=place.company_id,
            provider_dispute_id=seen.provider_id,
            state=DisputeState.OPEN,
            reason=seen.reason,
            amount_minor=seen.amount_minor,
            currency=seen.currency,
            evidence_due_at=seen.evidence_due_at,
            opened_at=now,
        )
        session.add(row)
        await session.flush()
        await announcing.dispute_opened(session, row.id, seen.evidence_due_at, now=now)
    return _Held(place, payment, row)


async def _withdraw(session: AsyncSession, held: _Held, moved: Movement, *, now: datetime) -> None:
    """The bank has the sum while it decides; the fee is gone either way."""
    row = held.dispute
    row.amount_minor = -(moved.net_minor + moved.fee_minor)
    held.payment.returned_minor += row.amount_minor
    await session.flush()
    reference = f"dispute:{row.provider_dispute_id}"
    await moving.note(session, reference, moved, now=now)
    await posting.post(
        session,
        source="stripe",
        key=reference,
        description="Disputed: taken away while the bank decides",
        effective_at=now,
        now=now,
        entries=[
            Entry(chart.dispute(row.provider_dispute_id), row.currency, row.amount_minor),
            *moving.entries(moved, fee_account=chart.EXPENSE_DISPUTE),
        ],
    )


async def _lose(session: AsyncSession, held: _Held, *, now: datetime) -> None:
    """The payment never was: what it settled is open again; what nobody owes is our loss."""
    row, place = held.dispute, held.place
    with session.no_autoflush:  # a lost one must say at once who bears it
        credit = await ledger.available(session, chart.prepaid(place.company_id), row.currency)
        on_invoice = await settling.on_invoice_minor(session, row.collection_id)
    parts = returning.taken_back(row.amount_minor, on_invoice_minor=on_invoice, credit_minor=credit)
    row.from_invoice_minor = parts.from_invoice_minor
    row.from_credit_minor = parts.from_credit_minor
    row.from_us_minor = parts.from_us_minor
    await session.flush()
    fact = _fact(held, ("dispute", f"lost:{row.id}"), "dispute_lost", now)
    await settling.take_back(
        session,
        place,
        fact,
        parts,
        entries=[
            Entry(chart.dispute(row.provider_dispute_id), row.currency, -row.amount_minor),
            Entry(chart.EXPENSE_BAD_DEBT, row.currency, parts.from_us_minor),
        ],
        now=now,
    )


async def _reinstate(
    session: AsyncSession, held: _Held, moved: Movement, *, was: DisputeState, now: datetime
) -> None:
    """The bank gives it back: to where it was, or, after an appeal, to what is due by now."""
    row = held.dispute
    lost = TakenBack(row.from_invoice_minor, row.from_credit_minor, row.from_us_minor)
    row.from_invoice_minor = row.from_credit_minor = row.from_us_minor = 0
    held.payment.returned_minor -= row.amount_minor
    await session.flush()
    reference = f"dispute_won:{row.provider_dispute_id}"
    await moving.note(session, reference, moved, now=now)
    ours = moving.entries(moved, fee_account=chart.EXPENSE_DISPUTE)
    came = moved.net_minor + moved.fee_minor
    if was is DisputeState.WITHDRAWN:
        back = [Entry(chart.dispute(row.provider_dispute_id), row.currency, -came)]
        arrived = 0
    else:
        back = [Entry(chart.EXPENSE_BAD_DEBT, row.currency, -lost.from_us_minor)]
        arrived = came - lost.from_us_minor
    await settling.arrive(
        session,
        held.place,
        _fact(held, ("stripe", reference), "dispute_won", now),
        arrived,
        entries=[*ours, *back],
        now=now,
    )


def _fact(held: _Held, of: tuple[str, str], kind: str, now: datetime) -> Fact:
    source, key = of
    return Fact(
        source=source,
        key=key,
        kind=kind,
        about_id=held.dispute.id,
        collection_id=held.payment.id,
        description=f"Dispute of a payment of {held.place.label}",
        effective_at=now,
    )
