"""Paying ahead: intent, call, outcome – a page for a sum that the company names – and money seen
at the bank, recorded by finance with its evidence.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import queries as companies
from app.companies.tables import Company
from app.domain import chart
from app.domain.actor import ClientActor, FinanceActor
from app.domain.invoicing import COLLECTION_MOVES, CollectionEvent, CollectionState
from app.domain.lifecycles import step
from app.domain.money import Money
from app.domain.permissions import Permission, require
from app.gateways.payments import Checkout, OutcomeKind, Payments
from app.invoicing import recording, settling, spending
from app.invoicing.recording import Receipt
from app.invoicing.refusals import (
    CheckoutRefused,
    PaymentProviderSilent,
    TopUpCurrencyDiffers,
)
from app.invoicing.settling import Fact, Place
from app.invoicing.tables import Collection
from app.kit.db import Database
from app.kit.ids import new_id
from app.ledger.posting import Entry


@dataclass(frozen=True, slots=True)
class TopUpPage:
    """Where the sum can be paid right now."""

    collection_id: UUID
    checkout_url: str
    amount: Money


async def top_up(
    database: Database,
    payments: Payments,
    actor: ClientActor,
    amount: Money,
    *,
    return_url: str,
    now: datetime,
) -> TopUpPage:
    """A payment page for a sum into the company's wallet. No transaction may be open.

    A page that was asked for and never answered for is never handed out, so that nobody can pay
    there. Raises NotAllowed, TopUpCurrencyDiffers, CheckoutRefused, PaymentProviderSilent.
    """
    require(actor, Permission.PAY_INVOICES)
    async with database.begin() as session:
        await _check_currency(session, actor.company_id, amount.currency)
        row = _collection(actor.company_id, amount, kind="checkout", now=now)
        session.add(row)
        await session.flush()
        collection_id = row.id
    opened = await payments.open_checkout(
        collection_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        label="Wallet",
        return_url=return_url,
    )
    async with database.begin() as session:
        row = await session.get_one(Collection, collection_id, with_for_update=True)
        if isinstance(opened, Checkout):
            row.provider_session_id, row.checkout_url = opened.session_id, opened.url
            row.state = step(
                "collection", COLLECTION_MOVES, CollectionState(row.state), CollectionEvent.OPENED
            )
            return TopUpPage(collection_id, opened.url, amount)
        row.state = step(
            "collection", COLLECTION_MOVES, CollectionState(row.state), CollectionEvent.EXPIRE
        )
    if opened.kind is OutcomeKind.DECLINED:
        raise CheckoutRefused(reason=opened.code or "refused")
    raise PaymentProviderSilent(retry_after_s=5)


async def record(
    session: AsyncSession,
    actor: FinanceActor,
    company_id: UUID,
    *,
    receipt: Receipt,
    now: datetime,
) -> UUID:
    """Money of a company, seen at the bank, into its wallet; open invoices are paid from it first.

    The same receipt again changes nothing and answers the same id. Raises NotFound,
    TopUpCurrencyDiffers, InvalidValues (a day in the future).
    """
    id_, _ = await record_once(session, actor, company_id, receipt=receipt, now=now)
    return id_


async def record_once(
    session: AsyncSession,
    actor: FinanceActor,
    company_id: UUID,
    *,
    receipt: Receipt,
    now: datetime,
    from_account: str = chart.BANK,
) -> tuple[UUID, bool]:
    """As `record`; the payment's id, and whether this call recorded it.

    `from_account`: where the money is in the books. Raises NotFound,
    TopUpCurrencyDiffers, InvalidValues (a day in the future).
    """
    recording.check_day(receipt, now=now)
    # One receipt of a company at a time, so that the same one again is seen.
    await session.execute(
        select(Company.id).where(Company.id == company_id).with_for_update(key_share=True)
    )
    await _check_currency(session, company_id, receipt.amount.currency)
    known = await session.scalar(
        select(Collection.id).where(
            Collection.company_id == company_id,
            Collection.kind == "recorded",
            Collection.invoice_id.is_(None),
            Collection.amount_minor == receipt.amount.minor,
            Collection.received_on == receipt.received_on,
            Collection.evidence == receipt.reference,
        )
    )
    if known is not None:
        return known, False
    row = _collection(company_id, receipt.amount, kind="recorded", now=now)
    row.state, row.paid_at = CollectionState.PAID, now
    row.evidence, row.received_on = receipt.reference, receipt.received_on
    row.recorded_by_user_id = actor.user_id
    session.add(row)
    await session.flush()
    await settling.arrive(
        session,
        Place(company_id, row.currency, None),
        Fact(
            source="bank",
            key=f"collected:{row.id}",
            kind="payment",
            about_id=row.id,
            collection_id=row.id,
            description="Payment into a wallet",
            effective_at=now,
        ),
        row.amount_minor,
        entries=[Entry(from_account, row.currency, row.amount_minor)],
        now=now,
    )
    await spending.spend_on_open(session, company_id, now=now)
    return row.id, True


def _collection(company_id: UUID, amount: Money, *, kind: str, now: datetime) -> Collection:
    return Collection(
        id=new_id(),
        company_id=company_id,
        invoice_id=None,
        kind=kind,
        state=CollectionState.INTENDED,
        amount_minor=amount.minor,
        currency=amount.currency,
        intended_at=now,
        looked_at=now,
    )


async def _check_currency(session: AsyncSession, company_id: UUID, currency: str) -> None:
    company = await companies.get_company(session, company_id)
    if company.currency != currency:
        raise TopUpCurrencyDiffers(currency=company.currency)
