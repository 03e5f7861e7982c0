"""Why the platform's margin is what it is: both sides of the wall, for finance alone."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.books.margins import ExplainedApproval, Margin
from app.domain import tracing
from app.domain.adjustments import FLAT, LineType
from app.timesheets.tracing import TracedLine


class FinanceMarginLine(Seen):
    """A line of one side. `earlier_…` is what earlier lines of the same week and rate hold."""

    id: UUID
    type: LineType
    reason: str | None
    week_starts_at: datetime
    week_ends_at: datetime
    worked_seconds: int
    minutes: int
    rate: MoneySeen
    rate_from: datetime | None
    amount: MoneySeen
    earlier_seconds: int
    earlier_minutes: int
    earlier_amount: MoneySeen
    entry_ids: list[UUID] = Field(description="The pieces of time under it.")
    text: str


class FinanceMarginApproval(Seen):
    """Both sides of one approval, and what the ledger says of the same. Time at the platform's
    cost is earned and not billed, so that the margin may be negative."""

    approval_id: UUID
    engagement_id: UUID
    timesheet_id: UUID
    approved_at: datetime
    approved_by: str = Field(examples=["company", "operations", "clock"])
    billed: MoneySeen
    earned: MoneySeen
    margin: MoneySeen
    booked_income: MoneySeen
    booked_expense: MoneySeen
    bill_lines: list[FinanceMarginLine]
    pay_lines: list[FinanceMarginLine]


class FinanceAgreedTerms(Seen):
    """Both rates an hour from an instant on, and the fee (in basis points) in force then."""

    engagement_id: UUID
    from_at: datetime
    bill_rate: MoneySeen
    pay_rate: MoneySeen
    fee_bps: int


class FinanceMargin(Seen):
    """Billed less earned is the margin; the approvals add up to it."""

    billed: MoneySeen
    earned: MoneySeen
    margin: MoneySeen
    terms: list[FinanceAgreedTerms]
    approvals: list[FinanceMarginApproval]


def margin_view(facts: Margin, language: str) -> FinanceMargin:
    def money(minor: int) -> MoneySeen:
        return MoneySeen(minor=minor, currency=facts.currency)

    return FinanceMargin(
        billed=money(facts.billed_minor),
        earned=money(facts.earned_minor),
        margin=money(facts.margin_minor),
        terms=[
            FinanceAgreedTerms(
                engagement_id=terms.engagement_id,
                from_at=terms.from_at,
                bill_rate=money(terms.bill_rate_minor),
                pay_rate=money(terms.pay_rate_minor),
                fee_bps=terms.fee_bps,
            )
            for terms in facts.terms
        ],
        approvals=[_approval(found, language) for found in facts.approvals],
    )


def _approval(facts: ExplainedApproval, language: str) -> FinanceMarginApproval:
    def money(minor: int) -> MoneySeen:
        return MoneySeen(minor=minor, currency=facts.currency)

    return FinanceMarginApproval(
        approval_id=facts.approval.id,
        engagement_id=facts.engagement_id,
        timesheet_id=facts.approval.timesheet_id,
        approved_at=facts.approval.approved_at,
        approved_by=facts.approval.by,
        billed=money(facts.billed_minor),
        earned=money(facts.earned_minor),
        margin=money(facts.margin_minor),
        booked_income=money(facts.booked_income_minor),
        booked_expense=money(facts.booked_expense_minor),
        bill_lines=[_line(line, language, bill=True) for line in facts.bill],
        pay_lines=[_line(line, language, bill=False) for line in facts.pay],
    )


def _line(line: TracedLine, language: str, *, bill: bool) -> FinanceMarginLine:
    row, earlier = line.row, line.earlier
    if row.type in FLAT:
        told = tracing.told_bill_sum(row.type) if bill else tracing.told_pay_sum(row.type)
    else:
        told = tracing.told_line(row.type, row.priced, earlier, row.rate_minor, row.currency)
    return FinanceMarginLine(
        id=row.id,
        type=row.type,
        reason=line.reason,
        week_starts_at=row.week_starts_at,
        week_ends_at=row.week_ends_at,
        worked_seconds=row.priced.seconds,
        minutes=row.priced.minutes,
        rate=MoneySeen(minor=row.rate_minor, currency=row.currency),
        rate_from=line.rate_from_at,
        amount=MoneySeen(minor=row.priced.minor, currency=row.currency),
        earlier_seconds=earlier.seconds,
        earlier_minutes=earlier.minutes,
        earlier_amount=MoneySeen(minor=earlier.minor, currency=row.currency),
        entry_ids=[entry.id for entry in line.entries],
        text=told.sentence(language),
    )
