"""Reads of a company's wallet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.domain import chart
from app.domain.actor import ClientActor, FinanceActor
from app.domain.permissions import Permission, require
from app.invoicing.money_tables import CreditMove
from app.ledger import queries as ledger

_NEWEST = 50


@dataclass(frozen=True, slots=True)
class WalletMove:
    """What came in (positive) or went out, minor units. `kind` says why."""

    kind: str
    amount_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class WalletFacts:
    """`free_minor` may be paid out or set aside, `held_minor` is set aside for logged work.
    `moves`: the newest 50."""

    company_id: UUID
    currency: str
    is_prepaid: bool
    free_minor: int
    held_minor: int
    moves: Sequence[WalletMove]

    @property
    def balance_minor(self) -> int:
        return self.free_minor + self.held_minor


async def of_company(session: AsyncSession, actor: ClientActor, *, now: datetime) -> WalletFacts:
    """The company's own wallet. Raises NotAllowed."""
    require(actor, Permission.READ_INVOICES)
    return await _wallet(session, actor.company_id, now=now)


async def of_any(
    session: AsyncSession, actor: FinanceActor, company_id: UUID, *, now: datetime
) -> WalletFacts:
    """Any company's wallet. Raises NotFound."""
    del actor  # the type is the permission
    return await _wallet(session, company_id, now=now)


async def _wallet(session: AsyncSession, company_id: UUID, *, now: datetime) -> WalletFacts:
    terms = await credit_terms.current(session, company_id, now)
    rows = await session.scalars(
        select(CreditMove)
        .where(CreditMove.company_id == company_id, CreditMove.currency == terms.currency)
        .order_by(CreditMove.at.desc(), CreditMove.id.desc())
        .limit(_NEWEST)
    )
    return WalletFacts(
        company_id=company_id,
        currency=terms.currency,
        is_prepaid=terms.kind == credit_terms.PREPAID,
        free_minor=await ledger.available(session, chart.prepaid(company_id), terms.currency),
        held_minor=await ledger.available(session, chart.held(company_id), terms.currency),
        moves=[WalletMove(row.kind, row.amount_minor, row.at) for row in rows],
    )
