"""Invoice runs: everything that was approved through a day, one invoice per company."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.companies import queries as companies
from app.domain.actor import FinanceActor
from app.invoicing import issuers, issuing, open_lines, queries, settling, spending
from app.invoicing.issuing import Draft
from app.invoicing.open_lines import OpenLine
from app.invoicing.queries import InvoiceSummary
from app.invoicing.tables import InvoiceRun
from app.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Skipped:
    """A company that could not be invoiced, and the stable code of what is missing."""

    company_id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class InvoiceRunFacts:
    """What one run issued: nothing is a good answer too."""

    id: UUID
    through_on: date
    company_id: UUID | None
    created_at: datetime
    invoices: Sequence[InvoiceSummary]
    skipped: Sequence[Skipped]


async def run_invoices(
    session: AsyncSession,
    actor: FinanceActor,
    *,
    through_on: date,
    company_id: UUID | None,
    sample_issuer: bool,
    now: datetime,
) -> InvoiceRunFacts:
    """Invoice every line approved through the day (UTC, inclusive) that is on no invoice yet.

    One invoice per company and currency; what comes to zero waits for more. Runs at the same time
    put each line on one invoice: the later one finds none left. `sample_issuer` lets development's
    invented issuer stand in. Raises NotFound (company), IssuerProfileMissing.
    """
    if company_id is not None:
        await companies.get_company(session, company_id)
    issuer = await issuers.current(session, at=now, sample_allowed=sample_issuer)
    run = InvoiceRun(
        id=new_id(),
        through_on=through_on,
        company_id=company_id,
        created_by_user_id=actor.user_id,
        created_at=now,
    )
    session.add(run)
    await session.flush()
    until = datetime.combine(through_on, time.min, UTC) + timedelta(days=1)
    drafts, skipped = await _drafts(session, until=until, company_id=company_id, now=now)
    issued = [
        await issuing.issue(session, draft, run_id=run.id, issuer=issuer, now=now)
        for draft in drafts
    ]
    for invoice_id in issued:
        await spending.spend(session, await settling.lock_invoice(session, invoice_id), now=now)
    return InvoiceRunFacts(
        id=run.id,
        through_on=through_on,
        company_id=company_id,
        created_at=now,
        invoices=await queries.summaries(session, issued),
        skipped=skipped,
    )


async def _drafts(
    session: AsyncSession, *, until: datetime, company_id: UUID | None, now: datetime
) -> tuple[list[Draft], list[Skipped]]:
    """All that is read and locked, before the first number is taken."""
    drafts, skipped = [], []
    for each in await open_lines.lock_companies(session, until=until, company_id=company_id):
        lines = await open_lines.open_lines(session, each, until=until)
        billing = await companies.get_billing(session, each)
        if lines and billing is None:
            # Publishing a project asks for the profile, but one company must not stop the others.
            skipped.append(Skipped(each, "billing_profile_missing"))
        if billing is None:
            continue
        terms = await credit_terms.current(session, each, now)
        for currency, of_currency in _by_currency(lines):
            draft = Draft(each, currency, of_currency, billing, terms.net_days)
            if draft.net_minor > 0:
                drafts.append(draft)
    return drafts, skipped


def _by_currency(lines: Sequence[OpenLine]) -> Iterator[tuple[str, list[OpenLine]]]:
    for currency in sorted({line.currency for line in lines}):
        yield currency, [line for line in lines if line.currency == currency]
