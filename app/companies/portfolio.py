"""Companies as finance sees them: with the terms granted and the fee. No other door reads this."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms, fee_terms, queries
from app.companies.credit_terms import GrantedTerms
from app.companies.fee_terms import DatedFee
from app.companies.queries import BillingFacts, CompanyFacts
from app.domain.actor import FinanceActor
from app.kit.paging import Cut, Page


@dataclass(frozen=True, slots=True)
class Account:
    """A company with what is in force at the instant asked."""

    company: CompanyFacts
    terms: GrantedTerms
    fee: DatedFee
    billing: BillingFacts | None


async def list_accounts(
    session: AsyncSession, actor: FinanceActor, page: Cut, *, at: datetime
) -> Page[Account]:
    """All companies, newest first."""
    del actor  # finance as a whole reads them; the type is the permission
    found = await queries.list_companies(session, page)
    ids = [company.id for company in found.items]
    terms = await credit_terms.terms_at(session, ids, at)
    fees = await fee_terms.fees_at(session, ids, at)
    billing = await queries.get_billings(session, ids)
    accounts = [
        Account(each, terms[each.id], fees[each.id], billing.get(each.id)) for each in found.items
    ]
    return Page(accounts, found.last)


async def get_account(
    session: AsyncSession, actor: FinanceActor, company_id: UUID, *, at: datetime
) -> Account:
    """Raises NotFound."""
    del actor
    company = await queries.get_company(session, company_id)
    fees = await fee_terms.fees_at(session, [company_id], at)
    return Account(
        company,
        await credit_terms.current(session, company_id, at),
        fees[company_id],
        await queries.get_billing(session, company_id),
    )
