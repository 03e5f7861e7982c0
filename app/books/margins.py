"""Finance's explanation: what was billed, what was earned, and the fee between them, to the cent.

Both sides of one approval meet here and in the ledger, nowhere else.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import fee_terms
from app.domain import chart
from app.domain.actor import FinanceActor
from app.domain.rates import rate_at
from app.domain.refusals import NotFound
from app.engagements import bill_terms, pay_terms
from app.engagements.tables import Engagement
from app.invoicing.tables import Invoice, InvoiceLine
from app.ledger.tables import LedgerAccount, LedgerEntry, PostingGroup
from app.timesheets import bill_traces, pay_traces
from app.timesheets.bill_lines import BillLine
from app.timesheets.tables import Approval, Timesheet
from app.timesheets.tracing import TracedApproval, TracedLine


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """Both rates an hour from an instant on. `fee_bps`: the company's fee when they took effect;
    terms that were agreed under an earlier fee keep theirs, so that the rates decide."""

    engagement_id: UUID
    from_at: datetime
    bill_rate_minor: int
    pay_rate_minor: int
    fee_bps: int
    currency: str


@dataclass(frozen=True, slots=True)
class ExplainedApproval:
    """What one approval came to on either side, without the single entries.

    `booked_…`: the same as the ledger says it. Time at the platform's cost is earned and not
    billed.
    """

    engagement_id: UUID
    approval: TracedApproval
    bill: Sequence[TracedLine]
    pay: Sequence[TracedLine]
    billed_minor: int
    earned_minor: int
    booked_income_minor: int
    booked_expense_minor: int
    currency: str

    @property
    def margin_minor(self) -> int:
        return self.billed_minor - self.earned_minor


@dataclass(frozen=True, slots=True)
class Margin:
    """Approvals, oldest first, and their sums. An engagement has one currency, an invoice too."""

    terms: Sequence[AgreedTerms]
    approvals: Sequence[ExplainedApproval]
    billed_minor: int
    earned_minor: int
    currency: str

    @property
    def margin_minor(self) -> int:
        return self.billed_minor - self.earned_minor


async def of_invoice(session: AsyncSession, actor: FinanceActor, invoice_id: UUID) -> Margin:
    """All that the lines of an invoice come from. Raises NotFound."""
    del actor  # the type is the permission
    currency = await session.scalar(select(Invoice.currency).where(Invoice.id == invoice_id))
    if currency is None:
        raise NotFound
    approvals = await session.scalars(
        select(BillLine.approval_id)
        .join(InvoiceLine, InvoiceLine.bill_line_id == BillLine.id)
        .where(InvoiceLine.invoice_id == invoice_id)
        .distinct()
    )
    return await _margin(session, set(approvals), currency)


async def of_engagement(session: AsyncSession, actor: FinanceActor, engagement_id: UUID) -> Margin:
    """All that was ever approved of an engagement. Raises NotFound."""
    del actor  # the type is the permission
    if await session.get(Engagement, engagement_id) is None:
        raise NotFound
    currency = (await bill_terms.rates_of(session, engagement_id))[0].currency
    approvals = await session.scalars(
        select(Approval.id)
        .join(Timesheet, Timesheet.id == Approval.timesheet_id)
        .where(Timesheet.engagement_id == engagement_id)
    )
    return await _margin(session, set(approvals), currency)


async def _margin(session: AsyncSession, approval_ids: set[UUID], currency: str) -> Margin:
    bill = await bill_traces.of_approvals(session, approval_ids)
    pay = await pay_traces.of_approvals(session, approval_ids)
    booked = await _booked(session, [*bill, *pay])
    sides: dict[UUID, tuple[list[TracedLine], list[TracedLine]]] = {}
    for side, lines in enumerate((bill, pay)):
        for line in lines:
            sides.setdefault(line.approval.id, ([], []))[side].append(line)
    explained = []
    for id_, (billed, earned) in sides.items():
        one = (billed or earned)[0]
        explained.append(
            ExplainedApproval(
                one.row.engagement_id,
                one.approval,
                billed,
                earned,
                sum(line.row.priced.minor for line in billed),
                sum(line.row.priced.minor for line in earned),
                booked[id_, chart.INCOME_SERVICES],
                booked[id_, chart.EXPENSE_TRAINERS],
                one.row.currency,
            )
        )
    explained.sort(key=lambda found: (found.approval.approved_at, found.approval.id))
    return Margin(
        await _terms(session, {found.engagement_id for found in explained}),
        explained,
        sum(found.billed_minor for found in explained),
        sum(found.earned_minor for found in explained),
        currency,
    )


async def _booked(
    session: AsyncSession, lines: Collection[TracedLine]
) -> Counter[tuple[UUID, str]]:
    """What the ledger says by approval and account: income and expense both positive."""
    keys = {str(line.row.adjustment_id or line.approval.id): line.approval.id for line in lines}
    rows = await session.execute(
        select(PostingGroup.key, LedgerAccount.key, func.sum(LedgerEntry.amount_minor))
        .join(LedgerEntry, LedgerEntry.group_id == PostingGroup.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            PostingGroup.source.in_(("approval", "adjustment")),
            PostingGroup.key.in_(list(keys)),
            LedgerAccount.key.in_((chart.INCOME_SERVICES, chart.EXPENSE_TRAINERS)),
        )
        .group_by(PostingGroup.key, LedgerAccount.key)
    )
    found: Counter[tuple[UUID, str]] = Counter()
    for key, account, minor in rows:
        found[keys[key], account] += -int(minor) if account == chart.INCOME_SERVICES else int(minor)
    return found


async def _terms(session: AsyncSession, engagement_ids: set[UUID]) -> list[AgreedTerms]:
    bill = await bill_terms.rates_of_many(session, engagement_ids)
    pay = await pay_terms.rates_of_many(session, engagement_ids)
    rows = await session.execute(
        select(Engagement.id, Engagement.company_id).where(Engagement.id.in_(engagement_ids))
    )
    companies = dict(rows.all())
    fees = await fee_terms.every_fee(session, set(companies.values()))
    return [
        AgreedTerms(
            id_,
            at,
            rate_at(bill[id_], at).minor,
            rate_at(pay[id_], at).minor,
            fee_terms.in_force(fees.get(companies[id_], ()), at),
            rate_at(pay[id_], at).currency,
        )
        for id_ in sorted(engagement_ids)
        for at in sorted({rate.effective_at for rate in (*bill[id_], *pay[id_])})
    ]
