"""Saving a means of payment: intent, call, outcome – one of the few that must answer at once.

The company's consent is kept word for word with the row; nothing is charged by this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import queries as companies
from app.domain import mandates as rules
from app.domain.actor import ClientActor
from app.domain.lifecycles import step
from app.domain.mandates import METHOD_MOVES, MethodEvent, MethodState
from app.domain.permissions import Permission, require
from app.domain.refusals import NotAllowed, NotFound
from app.gateways.mandates import Mandates, Saved, SetupState
from app.gateways.payments import Checkout, OutcomeKind
from app.invoicing.mandate_tables import PaymentMethod
from app.invoicing.refusals import CheckoutRefused, ConsentOutdated, PaymentProviderSilent
from app.kit.db import Database
from app.kit.ids import new_id

LOOK_EVERY = timedelta(minutes=10)
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the company agreed to, and in which language it read it."""

    version: str
    language: str


@dataclass(frozen=True, slots=True)
class SetupPage:
    """Where a card or an account is named."""

    method_id: UUID
    url: str


@dataclass(frozen=True, slots=True)
class _Intent:
    method_id: UUID
    company_id: UUID
    name: str
    email: str
    currency: str
    customer: str | None


@dataclass(frozen=True, slots=True)
class OpenSetup:
    """A page on which somebody may be saving a means of payment."""

    method_id: UUID
    session_id: str


async def save(
    database: Database,
    mandates: Mandates,
    actor: ClientActor,
    agreed: Agreed,
    *,
    return_url: str,
    now: datetime,
) -> SetupPage:
    """A page on which a member names what may be charged from now on. No transaction may be open.

    A person must agree, no machine. Raises NotAllowed, ConsentOutdated, CheckoutRefused,
    PaymentProviderSilent.
    """
    require(actor, Permission.PAY_INVOICES)
    if actor.user_id is None:
        raise NotAllowed
    if agreed.version != rules.CONSENT_VERSION:
        raise ConsentOutdated
    async with database.begin() as session:
        intent = await _intend(session, actor.company_id, actor.user_id, agreed, now=now)
    customer = intent.customer
    if customer is None:
        made = await mandates.make_customer(
            intent.method_id, company_id=intent.company_id, name=intent.name, email=intent.email
        )
        if made.kind is not OutcomeKind.SETTLED or made.provider_id is None:
            await _give_up(database, intent.method_id)
            raise _problem(made.kind, made.code)
        customer = made.provider_id
    opened = await mandates.open_setup(
        intent.method_id, customer=customer, currency=intent.currency, return_url=return_url
    )
    if not isinstance(opened, Checkout):
        await _give_up(database, intent.method_id)
        raise _problem(opened.kind, opened.code)
    async with database.begin() as session:
        row = await session.get_one(PaymentMethod, intent.method_id, with_for_update=True)
        row.provider_customer_id = customer
        if row.state == MethodState.INTENDED:
            row.provider_session_id, row.setup_url = opened.session_id, opened.url
            _move(row, MethodEvent.OPENED)
    return SetupPage(intent.method_id, opened.url)


def _problem(kind: OutcomeKind, code: str | None) -> Exception:
    if kind is OutcomeKind.DECLINED:
        return CheckoutRefused(reason=code or "refused")
    return PaymentProviderSilent(retry_after_s=5)


async def _intend(
    session: AsyncSession, company_id: UUID, user_id: UUID, agreed: Agreed, *, now: datetime
) -> _Intent:
    company = await companies.get_company(session, company_id)
    customer = await session.scalar(
        select(PaymentMethod.provider_customer_id)
        .where(
            PaymentMethod.company_id == company_id,
            PaymentMethod.provider_customer_id.is_not(None),
        )
        .order_by(PaymentMethod.consented_at.desc(), PaymentMethod.id)
        .limit(1)
    )
    row = PaymentMethod(
        id=new_id(),
        company_id=company_id,
        state=MethodState.INTENDED,
        provider_customer_id=customer,
        consent_version=agreed.version,
        consent_language=agreed.language,
        consent_text=rules.consent(agreed.language),
        consented_by_user_id=user_id,
        consented_at=now,
        looked_at=now,
    )
    session.add(row)
    await session.flush()
    return _Intent(
        row.id, company_id, company.legal_name, company.billing_email, company.currency, customer
    )


async def _give_up(database: Database, method_id: UUID) -> None:
    """Nobody was sent to that page, and nobody ever will be."""
    async with database.begin() as session:
        row = await session.get_one(PaymentMethod, method_id, with_for_update=True)
        if row.state == MethodState.INTENDED:
            _move(row, MethodEvent.EXPIRE)


def _move(row: PaymentMethod, event: MethodEvent) -> None:
    row.state = step("payment_method", METHOD_MOVES, MethodState(row.state), event)


async def take(session: AsyncSession, session_id: str, state: SetupState, *, now: datetime) -> str:
    """Bring our row to what the provider said about a page; a word for what was done.

    Safe to repeat, in any order. `state` is freshly asked for.
    """
    row = await session.scalar(
        select(PaymentMethod)
        .where(
            or_(
                PaymentMethod.provider_session_id == session_id,
                PaymentMethod.id == state.method_id,
            )
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.provider_session_id not in (None, session_id):
        return "not_ours"
    if row.state not in (MethodState.INTENDED, MethodState.OPEN):
        return "unchanged"
    row.looked_at = now
    if state.state == "saved" and state.saved is not None:
        _keep(row, state.saved, session_id, now=now)
        return "saved"
    if state.state == "expired":
        _move(row, MethodEvent.EXPIRE)
        return "expired"
    return "unchanged"


def _keep(row: PaymentMethod, saved: Saved, session_id: str, *, now: datetime) -> None:
    _move(row, MethodEvent.SAVE)
    row.provider_session_id = session_id
    row.provider_customer_id = saved.customer
    row.provider_method_id = saved.provider_id
    row.kind, row.brand, row.last_four = saved.kind, saved.brand, saved.last_four
    row.expires_year, row.expires_month = saved.expires or (None, None)
    row.saved_at = now


async def ask_and_take(
    database: Database, mandates: Mandates, session_id: str, *, now: datetime
) -> str:
    """Ask the provider about a page and keep what was saved. Raises PaymentsUnavailable."""
    state = await mandates.setup_state(session_id)
    async with database.begin() as session:
        return await take(session, session_id, state, now=now)


async def pages_to_look_at(session: AsyncSession, *, now: datetime) -> Sequence[OpenSetup]:
    """Open pages that nobody asked about for a while: their webhook may have been lost."""
    rows = await session.scalars(
        select(PaymentMethod)
        .where(PaymentMethod.state == MethodState.OPEN, PaymentMethod.looked_at <= now - LOOK_EVERY)
        .order_by(PaymentMethod.looked_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    pages = []
    for row in rows:
        row.looked_at = now
        pages.append(OpenSetup(row.id, row.provider_session_id or ""))
    return pages


async def remove(
    session: AsyncSession, actor: ClientActor, method_id: UUID, *, now: datetime
) -> None:
    """Charge it no more; a charge under way ends as it will. A repeat changes nothing. The clock
    tells the provider. Raises NotAllowed, NotFound."""
    require(actor, Permission.PAY_INVOICES)
    row = await session.scalar(
        select(PaymentMethod)
        .where(
            PaymentMethod.id == method_id,
            PaymentMethod.company_id == actor.company_id,
            PaymentMethod.state.in_((MethodState.ACTIVE, MethodState.REMOVED)),
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound
    if row.state == MethodState.ACTIVE:
        _move(row, MethodEvent.REMOVE)
        row.removed_at = now


async def to_forget(session: AsyncSession) -> Sequence[tuple[UUID, str]]:
    """Removed here and not yet there: (id, the provider's id)."""
    rows = await session.execute(
        select(PaymentMethod.id, PaymentMethod.provider_method_id)
        .where(PaymentMethod.state == MethodState.REMOVED, PaymentMethod.forgotten_at.is_(None))
        .order_by(PaymentMethod.removed_at)
        .limit(_AT_ONCE)
    )
    return [(row.id, row.provider_method_id or "") for row in rows]


async def forget(
    database: Database, mandates: Mandates, method: tuple[UUID, str], *, now: datetime
) -> bool:
    """Tell the provider; whether it is known that it has forgotten."""
    outcome = await mandates.forget(method[1])
    if outcome.kind is OutcomeKind.UNKNOWN:
        return False
    async with database.begin() as session:
        row = await session.get_one(PaymentMethod, method[0], with_for_update=True)
        row.forgotten_at = row.forgotten_at or now
    return True
