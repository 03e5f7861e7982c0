"""Payout accounts: opening one, the way to the provider's form, and what is still missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import SystemActor, TrainerActor, describe
from app.domain.holds import HoldCause, PayoutRules
from app.domain.notices import Kind
from app.gateways.payments import OutcomeKind, Payee, PayeeState, Payments, PaymentsUnavailable
from app.identity.tables import User
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from app.payouts import holding
from app.payouts.refusals import PaymentProviderSilent, PayoutAccountRefused
from app.payouts.tables import PayoutAccount, PayoutHold
from app.trainers.tables import Trainer

ACTOR = SystemActor("payout_account_watcher")
# An account that was asked for and never answered about is no longer waited for after this.
_ANSWER_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """A payout account as last fetched. `missing` holds the provider's own words."""

    opened: bool
    ready: bool
    missing: tuple[str, ...]
    fetched_at: datetime | None


async def account_of(session: AsyncSession, trainer_id: UUID) -> AccountFacts:
    """The trainer's account; an unopened one when there is none."""
    row = await session.get(PayoutAccount, trainer_id)
    if row is None or row.provider_account_id is None:
        return AccountFacts(opened=False, ready=False, missing=(), fetched_at=None)
    return AccountFacts(True, row.ready, tuple(row.missing), row.fetched_at)


async def is_ready(session: AsyncSession, trainer_id: UUID) -> bool:
    """Whether money goes to this account now, so that changing it would lead it elsewhere."""
    row = await session.get(PayoutAccount, trainer_id)
    return row is not None and row.ready


async def is_known(session: AsyncSession, account: str, *, now: datetime) -> bool | None:
    """Whether an account at the provider is a trainer's; None while it may yet turn out to be,
    because one was asked for and the answer is not written down."""
    known = await session.scalar(
        select(PayoutAccount.trainer_id).where(PayoutAccount.provider_account_id == account)
    )
    if known is not None:
        return True
    asked_for = await session.scalar(
        select(PayoutAccount.trainer_id)
        .where(
            PayoutAccount.provider_account_id.is_(None),
            PayoutAccount.intended_at > now - _ANSWER_WITHIN,
        )
        .limit(1)
    )
    return None if asked_for is not None else False


async def onboarding_link(
    database: Database,
    payments: Payments,
    actor: TrainerActor,
    *,
    clock: Clock,
    refresh_url: str,
    return_url: str,
) -> str:
    """A fresh link to the provider's form, opening the account on first use.

    Intent, call, outcome: no transaction is open while the provider is asked. Two at once end in
    one account, because the provider's key is the trainer. Raises PayoutAccountRefused,
    PaymentProviderSilent.
    """
    async with database.begin() as session:
        await session.execute(
            insert(PayoutAccount)
            .values(
                trainer_id=actor.trainer_id,
                state="intended",
                ready=False,
                missing=[],
                intended_at=clock.now(),
            )
            .on_conflict_do_nothing()
        )
        account = await session.scalar(
            select(PayoutAccount.provider_account_id).where(
                PayoutAccount.trainer_id == actor.trainer_id
            )
        )
        payee = await _payee(session, actor.trainer_id)
    if account is None:
        account = await _open(database, payments, payee)
    try:
        return await payments.onboarding_link(
            account, refresh_url=refresh_url, return_url=return_url
        )
    except PaymentsUnavailable:
        raise PaymentProviderSilent(retry_after_s=5) from None


async def _payee(session: AsyncSession, trainer_id: UUID) -> Payee:
    row = (
        await session.execute(
            select(User.email, Trainer.full_name, Trainer.country)
            .join(User, User.id == Trainer.user_id)
            .where(Trainer.id == trainer_id)
        )
    ).one()
    return Payee(trainer_id, row.email, row.full_name, row.country)


async def _open(database: Database, payments: Payments, payee: Payee) -> str:
    outcome = await payments.create_payee(payee)
    if outcome.kind is OutcomeKind.UNKNOWN:
        raise PaymentProviderSilent(retry_after_s=5)
    if outcome.kind is OutcomeKind.DECLINED or outcome.provider_id is None:
        raise PayoutAccountRefused
    async with database.begin() as session:
        await session.execute(
            update(PayoutAccount)
            .where(
                PayoutAccount.trainer_id == payee.trainer_id,
                PayoutAccount.provider_account_id.is_(None),
            )
            .values(provider_account_id=outcome.provider_id, state="created")
        )
    return outcome.provider_id


async def take_state(
    session: AsyncSession,
    account: str,
    state: PayeeState,
    *,
    asked_at: datetime,
    rules: PayoutRules,
    now: datetime,
) -> str:
    """Keep what the provider said of an account; `known`, or `foreign` when it is not ours.

    Compare-and-set on the time of asking: an older answer that arrives late must not take
    readiness away. Another bank account than before stops her money for a while, and she is told.
    """
    trainer_id = await session.scalar(
        select(PayoutAccount.trainer_id).where(PayoutAccount.provider_account_id == account)
    )
    if trainer_id is None:
        return "foreign"
    await holding.lock_trainer(session, trainer_id)
    row = await session.get_one(
        PayoutAccount, trainer_id, with_for_update=True, populate_existing=True
    )
    if row.fetched_at is not None and row.fetched_at > asked_at:
        return "known"
    row.ready, row.missing, row.fetched_at = state.ready, list(state.missing), asked_at
    if state.ready and row.first_ready_at is None:
        row.first_ready_at = now
    before, row.destination = row.destination, state.destination or row.destination
    await session.flush()
    if before is not None and row.destination != before:
        await _bank_changed(session, trainer_id, rules=rules, now=now)
    return "known"


async def _bank_changed(
    session: AsyncSession, trainer_id: UUID, *, rules: PayoutRules, now: datetime
) -> None:
    """Whoever took over her sign-in would change the bank first: wait, and tell her."""
    until_at = now + rules.bank_change_wait
    hold = PayoutHold(
        id=new_id(),
        trainer_id=trainer_id,
        cause=HoldCause.BANK_CHANGE.value,
        placed_by=describe(ACTOR),
        placed_at=now,
        until_at=until_at,
    )
    session.add(hold)
    await session.flush()
    await telling.tell(
        session,
        News(Kind.BANK_CHANGED, hold.id, telling.trainer(trainer_id), deadline_at=until_at),
        now=now,
    )
    if rules.bank_change_wait:
        await holding.stop_pending(session, trainer_id, actor=ACTOR, now=now)
