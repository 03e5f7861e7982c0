"""What the bank did with a payout, fetched anew whenever anybody says that something changed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import SystemActor
from app.domain.settlement import PayoutEvent, PayoutState
from app.gateways.payments import BankPayoutState
from app.ledger import posting
from app.ledger.posting import Entry
from app.payouts import moving
from app.payouts.tables import Payout, PayoutAccount, PayoutAttempt

ACTOR = SystemActor("bank_payout_watcher")


class NotKnownYet(Exception):
    """The provider speaks of a payout whose outcome we have not recorded yet: come back later."""


async def settle(
    session: AsyncSession,
    account: str,
    bank_payout_id: str,
    state: BankPayoutState,
    *,
    now: datetime,
) -> str:
    """Step our payout to what the provider was just asked; the outcome in a word.

    Order and repetition do no harm: `state` is fetched, never taken from an event, and the
    postings' keys are unique. Raises NotKnownYet.
    """
    ours = await session.scalar(
        select(PayoutAccount.trainer_id).where(PayoutAccount.provider_account_id == account)
    )
    if ours is None:
        return "foreign_account"
    payout_id = await session.scalar(
        select(Payout.id).where(
            Payout.bank_payout_id == bank_payout_id, Payout.provider_account_id == account
        )
    )
    if payout_id is None:
        await _unknown_or_old(session, bank_payout_id)
        return "earlier_attempt"
    payout = await moving.locked(session, payout_id)
    assert payout is not None
    await _apply(session, payout, state, now=now)
    return payout.state


async def _unknown_or_old(session: AsyncSession, bank_payout_id: str) -> None:
    """An earlier attempt of a returned payout is old news; anything else is not recorded yet."""
    old = await session.scalar(
        select(PayoutAttempt.id).where(PayoutAttempt.provider_id == bank_payout_id)
    )
    if old is None:
        raise NotKnownYet(bank_payout_id)


async def _apply(
    session: AsyncSession, payout: Payout, state: BankPayoutState, *, now: datetime
) -> None:
    paying, account = chart.trainer_paying(payout.trainer_id), payout.provider_account_id
    if state.state == "paid" and payout.state == PayoutState.SENT.value:
        payout.settled_at = now
        moving.move(session, payout, PayoutEvent.BANK_PAID, actor=ACTOR, now=now)
        await _post(session, payout, "bank_paid", paying, chart.bank_transit(account), now=now)
        return
    if state.state not in ("failed", "canceled"):
        return
    connected = chart.connected(account)
    if payout.state == PayoutState.SETTLED.value:
        # `paid` meant only "expected at the bank": the money is back in the payee's balance.
        payout.settled_at = None
        await _post(session, payout, "bank_failed", connected, paying, now=now)
    elif payout.state == PayoutState.SENT.value:
        await _post(session, payout, "bank_failed", connected, chart.bank_transit(account), now=now)
    else:
        return
    payout.failure_code = state.code or "bank_failed"
    moving.move(session, payout, PayoutEvent.BANK_FAILED, actor=ACTOR, now=now)


async def _post(
    session: AsyncSession, payout: Payout, fact: str, debit: str, credit: str, *, now: datetime
) -> None:
    """The promise is kept, or the money is back in the payee's balance."""
    await posting.post(
        session,
        source="stripe",
        key=f"{fact}:{payout.bank_payout_id}",
        description="Bank payout arrived" if fact == "bank_paid" else "Bank payout came back",
        effective_at=now,
        now=now,
        entries=[
            Entry(debit, payout.currency, payout.pay_minor),
            Entry(credit, payout.currency, -payout.pay_minor),
        ],
    )
