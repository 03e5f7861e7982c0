"""Reads of saved means of payment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.mandates import MethodState
from app.domain.permissions import Permission, require
from app.invoicing.mandate_tables import PaymentMethod
from app.kit.paging import Cut, Page, cut, paged


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """A means of payment and the consent behind it. `is_charged`: the one that the clock uses."""

    id: UUID
    state: MethodState
    is_charged: bool
    kind: str
    brand: str
    last_four: str
    expires_year: int | None
    expires_month: int | None
    consent_version: str
    consent_text: str
    consented_at: datetime
    saved_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Chargeable:
    """What a charge needs to know of a means of payment."""

    id: UUID
    customer: str
    method: str


async def newest_active(session: AsyncSession, company_id: UUID) -> Chargeable | None:
    """The means of payment that is charged, if the company has one."""
    row = await session.scalar(
        select(PaymentMethod)
        .where(PaymentMethod.company_id == company_id, PaymentMethod.state == MethodState.ACTIVE)
        .order_by(PaymentMethod.saved_at.desc(), PaymentMethod.id.desc())
        .limit(1)
    )
    return None if row is None else chargeable(row)


def chargeable(row: PaymentMethod) -> Chargeable:
    return Chargeable(row.id, row.provider_customer_id or "", row.provider_method_id or "")


async def list_methods(session: AsyncSession, actor: ClientActor, page: Cut) -> Page[MethodFacts]:
    """The company's, newest first, removed ones too; what was never saved is left out."""
    require(actor, Permission.READ_INVOICES)
    charged = await newest_active(session, actor.company_id)
    asked = select(PaymentMethod).where(
        PaymentMethod.company_id == actor.company_id, PaymentMethod.saved_at.is_not(None)
    )
    rows = await session.scalars(cut(asked, PaymentMethod.consented_at, PaymentMethod.id, page))
    found = [_facts(row, charged.id if charged else None) for row in rows]
    return paged(found, page, lambda each: (each.consented_at, each.id))


def _facts(row: PaymentMethod, charged_id: UUID | None) -> MethodFacts:
    assert row.saved_at is not None
    return MethodFacts(
        id=row.id,
        state=MethodState(row.state),
        is_charged=row.id == charged_id,
        kind=row.kind or "",
        brand=row.brand or "",
        last_four=row.last_four or "",
        expires_year=row.expires_year,
        expires_month=row.expires_month,
        consent_version=row.consent_version,
        consent_text=row.consent_text,
        consented_at=row.consented_at,
        saved_at=row.saved_at,
        removed_at=row.removed_at,
    )
