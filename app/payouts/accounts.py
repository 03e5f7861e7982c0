"""Payout accounts: opening one, the way to the provider's form, and what is still missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.gateways.payments import OutcomeKind, Payee, PayeeState, Payments, PaymentsUnavailable
from app.identity.tables import User
from app.kit.clock import Clock
from app.kit.db import Database
from app.payouts.refusals import PaymentProviderSilent, PayoutAccountRefused
from app.payouts.tables import PayoutAccount
from app.trainers.tables import Trainer

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
    session: AsyncSession, account: str, state: PayeeState, *, asked_at: datetime
) -> str:
    """Keep what the provider said of an account; `known`, or `foreign` when it is not ours.

    Compare-and-set on the time of asking: an older answer that arrives late must not take
    readiness away.
    """
    known = await session.scalar(
        select(PayoutAccount.trainer_id).where(PayoutAccount.provider_account_id == account)
    )
    await session.execute(
        update(PayoutAccount)
        .where(
            PayoutAccount.provider_account_id == account,
            or_(PayoutAccount.fetched_at.is_(None), PayoutAccount.fetched_at <= asked_at),
        )
        .values(ready=state.ready, missing=list(state.missing), fetched_at=asked_at)
    )
    return "known" if known else "foreign"
