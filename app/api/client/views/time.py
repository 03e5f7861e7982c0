"""What a company can see of hours: minutes and what they are billed."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.refusals import Refusal
from app.domain.timesheets import EntryState, OverCapReason, SendBackReason, SheetState
from app.timesheets.approving import Outcome
from app.timesheets.bill_lines import Billed
from app.timesheets.for_companies import CompanyOverCap, CompanySheet
from app.timesheets.queries import PieceFacts


class TimesheetView(Seen):
    """One trainer's hours in one pay week. Until it is approved, `billed` is what it would be."""

    id: UUID
    engagement_id: UUID
    position_title: str
    trainer_id: UUID
    trainer_name: str
    state: SheetState
    week_starts_at: datetime
    week_ends_at: datetime
    week_timezone: str = Field(examples=["Europe/Berlin"])
    billed_minutes: int
    billed: MoneySeen
    submitted_at: datetime | None
    review_by_at: datetime | None = Field(description="Approved by itself then.")
    sent_back_count: int
    sent_back_at: datetime | None
    sent_back_reason_code: SendBackReason | None
    sent_back_explanation: str | None
    approved_at: datetime | None


class TimesheetEntryView(Seen):
    """Hours on a timesheet. `week_starts_at` lies earlier than the sheet's for late entries."""

    id: UUID
    state: EntryState
    source: str = Field(examples=["manual", "timer"])
    started_at: datetime
    ended_at: datetime | None
    worked_seconds: int
    week_starts_at: datetime
    note: str | None
    task_reference: str | None
    billable: bool = Field(description="False: at the platform's cost.")


class ApprovalResultView(Seen):
    """What became of one of several timesheets: it stands approved, or the refusal's code."""

    timesheet_id: UUID
    approved: bool
    code: str | None = Field(examples=["illegal_move"])
    detail: str | None


class ApprovalResultsView(Seen):
    """A result per timesheet, in the order asked."""

    results: list[ApprovalResultView]


class OverCapView(Seen):
    """Hours beyond a cap. `would_be_billed` is what they come to if you allow them."""

    id: UUID
    engagement_id: UUID
    trainer_id: UUID
    state: EntryState
    started_at: datetime
    ended_at: datetime | None
    worked_seconds: int
    week_starts_at: datetime
    note: str | None
    task_reference: str | None
    binding_cap: str | None = Field(examples=["engagement_week"])
    decided_by: str | None = Field(description="company or operations, while it waits.")
    decide_by_at: datetime | None
    would_be_billed_minutes: int
    would_be_billed: MoneySeen
    reason_code: OverCapReason | None
    explanation: str | None


def timesheet_view(sheet: CompanySheet) -> TimesheetView:
    facts = sheet.facts
    return TimesheetView(
        id=facts.id,
        engagement_id=facts.engagement_id,
        position_title=facts.position_title,
        trainer_id=facts.trainer_id,
        trainer_name=facts.trainer_name,
        state=facts.state,
        week_starts_at=facts.week_starts_at,
        week_ends_at=facts.week_ends_at,
        week_timezone=facts.pay_week_timezone,
        billed_minutes=sheet.amount.minutes,
        billed=_money(sheet.amount),
        submitted_at=facts.submitted_at,
        review_by_at=facts.review_by_at,
        sent_back_count=facts.sent_back_count,
        sent_back_at=facts.sent_back_at,
        sent_back_reason_code=facts.sent_back_reason_code,
        sent_back_explanation=facts.sent_back_explanation,
        approved_at=facts.approved_at,
    )


def results_view(outcomes: list[Outcome], language: str) -> ApprovalResultsView:
    return ApprovalResultsView(results=[_result_view(each, language) for each in outcomes])


def over_cap_view(found: CompanyOverCap) -> OverCapView:
    piece = found.piece
    return OverCapView(
        id=piece.id,
        engagement_id=piece.engagement_id,
        trainer_id=piece.trainer_id,
        state=piece.state,
        started_at=piece.started_at,
        ended_at=piece.ended_at,
        worked_seconds=piece.worked_seconds,
        week_starts_at=piece.week_starts_at,
        note=piece.note,
        task_reference=piece.task_reference,
        binding_cap=piece.binding_cap,
        decided_by=piece.decider,
        decide_by_at=piece.decide_by_at,
        would_be_billed_minutes=found.amount.minutes,
        would_be_billed=_money(found.amount),
        reason_code=piece.decision_reason_code,
        explanation=piece.decision_explanation,
    )


def _money(amount: Billed) -> MoneySeen:
    return MoneySeen(minor=amount.billed.minor, currency=amount.billed.currency)


def entry_view(piece: PieceFacts) -> TimesheetEntryView:
    return TimesheetEntryView(
        id=piece.id,
        state=piece.state,
        source=piece.source,
        started_at=piece.started_at,
        ended_at=piece.ended_at,
        worked_seconds=piece.worked_seconds,
        week_starts_at=piece.week_starts_at,
        note=piece.note,
        task_reference=piece.task_reference,
        billable=not piece.at_platform_cost,
    )


def _result_view(outcome: Outcome, language: str) -> ApprovalResultView:
    refusal: Refusal | None = outcome.refusal
    return ApprovalResultView(
        timesheet_id=outcome.sheet_id,
        approved=outcome.sheet is not None,
        code=refusal.code if refusal else None,
        detail=refusal.sentence(language) if refusal else None,
    )
