"""What a company sees of itself in one piece."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms, queries
from app.companies.credit_terms import GrantedTerms
from app.companies.queries import BillingFacts, CompanyFacts


@dataclass(frozen=True, slots=True)
class CompanyOverview:
    company: CompanyFacts
    billing: BillingFacts | None
    terms: GrantedTerms


async def overview(session: AsyncSession, company_id: UUID, *, now: datetime) -> CompanyOverview:
    """The company, its billing profile and the payment terms in force. Raises NotFound."""
    return CompanyOverview(
        await queries.get_company(session, company_id),
        await queries.get_billing(session, company_id),
        await credit_terms.current(session, company_id, now),
    )
