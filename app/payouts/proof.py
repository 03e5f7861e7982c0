"""What must be true of payouts."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.kit.proof import Identity
from app.ledger.tables import LedgerAccount, LedgerEntry
from app.payouts.tables import Payout, PayoutAttempt, PayoutLine


async def prove(session: AsyncSession) -> list[Identity]:
    """Lines add up, one transfer per payout, promises stand in the ledger."""
    return [
        await _lines_add_up(session),
        await _one_transfer(session),
        await _promises(session),
    ]


async def _lines_add_up(session: AsyncSession) -> Identity:
    rows = (
        await session.execute(
            select(Payout.id, Payout.pay_minor, func.sum(PayoutLine.pay_minor))
            .outerjoin(PayoutLine, PayoutLine.payout_id == Payout.id)
            .group_by(Payout.id)
        )
    ).all()
    breaches = tuple(
        f"payout {id_}: {pay} promised, lines sum to {lines}"
        for id_, pay, lines in rows
        if pay != lines
    )
    return Identity("payout = sum of its lines", len(rows), breaches)


async def _one_transfer(session: AsyncSession) -> Identity:
    rows = (
        await session.execute(
            select(Payout.id, Payout.state, Payout.transfer_id, func.count(PayoutAttempt.id))
            .outerjoin(
                PayoutAttempt,
                (PayoutAttempt.payout_id == Payout.id)
                & (PayoutAttempt.kind == "transfer")
                & (PayoutAttempt.state == "settled"),
            )
            .group_by(Payout.id)
        )
    ).all()
    breaches = []
    for id_, state, transfer_id, settled in rows:
        expected = 1 if state in ("sent", "settled", "returned") else 0
        if settled != expected or (transfer_id is not None) != bool(expected):
            breaches.append(f"payout {id_} is {state} with {settled} settled transfer attempts")
    return Identity("one transfer per sent payout, none before", len(rows), tuple(breaches))


async def _promises(session: AsyncSession) -> Identity:
    """Per trainer and currency: the balance of `paying` is what open payouts promise."""
    promised = {
        (chart.trainer_paying(trainer_id), currency): int(total)
        for trainer_id, currency, total in await session.execute(
            select(Payout.trainer_id, Payout.currency, func.sum(Payout.pay_minor))
            .where(Payout.state.in_(("pending", "held", "sent", "returned")))
            .group_by(Payout.trainer_id, Payout.currency)
        )
    }
    booked = {
        (key, currency): -int(total)
        for key, currency, total in await session.execute(
            select(LedgerAccount.key, LedgerAccount.currency, func.sum(LedgerEntry.amount_minor))
            .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
            .where(LedgerAccount.key.like("liability:trainer:%:paying"))
            .group_by(LedgerAccount.key, LedgerAccount.currency)
        )
    }
    keys = promised.keys() | booked.keys()
    breaches = tuple(
        f"{key} {currency}: open payouts {promised.get((key, currency), 0)}, "
        f"ledger {booked.get((key, currency), 0)}"
        for key, currency in sorted(keys)
        if promised.get((key, currency), 0) != booked.get((key, currency), 0)
    )
    return Identity("promised payouts = ledger 'paying'", len(keys), breaches)
