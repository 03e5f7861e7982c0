"""Reads of companies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import BillingProfile, Company
from app.domain.refusals import NotFound
from app.kit import paging
from app.kit.paging import Cut, Page


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A company as it registered. `currency` is the one of all its money."""

    id: UUID
    legal_name: str
    country: str
    currency: str
    billing_email: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Address:
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class RequestedTerms:
    """What a company would like: `invoice` with net days, or `prepaid`. Nothing follows from it
    until finance grants terms."""

    kind: str
    net_days: int | None


@dataclass(frozen=True, slots=True)
class BillingFacts:
    """Who is invoiced and how. `timezone` is the default of pay weeks."""

    company_id: UUID
    legal_name: str
    address: Address
    vat_id: str | None
    tax_treatment: str | None
    buyer_reference: str | None
    cost_centre: str | None
    timezone: str
    requested_terms: RequestedTerms | None
    updated_at: datetime


async def get_company(session: AsyncSession, company_id: UUID) -> CompanyFacts:
    """Raises NotFound."""
    row = await session.scalar(select(Company).where(Company.id == company_id))
    if row is None:
        raise NotFound
    return _company(row)


async def list_companies(session: AsyncSession, page: Cut) -> Page[CompanyFacts]:
    """All companies, newest first."""
    statement = paging.cut(select(Company), Company.created_at, Company.id, page)
    rows = [_company(row) for row in await session.scalars(statement)]
    return paging.paged(rows, page, lambda facts: (facts.created_at, facts.id))


async def get_billing(session: AsyncSession, company_id: UUID) -> BillingFacts | None:
    """The billing profile, None until the company has set one."""
    return (await get_billings(session, [company_id])).get(company_id)


async def get_billings(
    session: AsyncSession, company_ids: Sequence[UUID]
) -> dict[UUID, BillingFacts]:
    """The billing profiles of those companies that have set one."""
    rows = await session.scalars(
        select(BillingProfile)
        .where(BillingProfile.company_id.in_(company_ids))
        .execution_options(populate_existing=True)
    )
    return {row.company_id: _billing(row) for row in rows}


def _company(row: Company) -> CompanyFacts:
    return CompanyFacts(
        row.id, row.legal_name, row.country, row.currency, row.billing_email, row.created_at
    )


def _billing(row: BillingProfile) -> BillingFacts:
    return BillingFacts(
        company_id=row.company_id,
        legal_name=row.legal_name,
        address=_address(row.address),
        vat_id=row.vat_id,
        tax_treatment=row.tax_treatment,
        buyer_reference=row.buyer_reference,
        cost_centre=row.cost_centre,
        timezone=row.timezone,
        requested_terms=RequestedTerms(
            row.requested_terms["kind"], row.requested_terms.get("net_days")
        )
        if row.requested_terms
        else None,
        updated_at=row.updated_at,
    )


def _address(stored: dict[str, Any]) -> Address:
    return Address(
        line1=stored["line1"],
        line2=stored.get("line2"),
        city=stored["city"],
        region=stored.get("region"),
        postal_code=stored["postal_code"],
        country=stored["country"],
    )
