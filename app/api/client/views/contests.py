"""What a company can see of the hours that it contests."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.client.views.adjustments import AdjustmentView, adjustment_view
from app.api.client.views.time import (
    TimesheetEntryView,
    TimesheetView,
    entry_view,
    timesheet_view,
)
from app.api.words import Seen
from app.domain.contests import ON_SILENCE, ContestReason, ContestState
from app.timesheets.contests import ContestFacts
from app.timesheets.for_companies import CompanyAdjustment, CompanySheet
from app.timesheets.queries import PieceFacts


class ContestView(Seen):
    """A contested entry: why, what the trainer answered, and what became of it."""

    id: UUID
    timesheet_id: UUID
    entry_id: UUID
    engagement_id: UUID
    trainer_id: UUID
    state: ContestState
    reason_code: ContestReason
    explanation: str
    started_at: datetime
    ended_at: datetime
    worked_seconds: int
    note: str | None
    task_reference: str | None
    created_at: datetime
    answer_by_at: datetime = Field(description="Until then the trainer may answer.")
    answer: str | None
    answered_at: datetime | None
    decide_by_at: datetime | None = Field(description="Until then operations decides.")
    on_silence: str | None = Field(description="What happens if that deadline passes.")
    decision_explanation: str | None
    decided_by: str | None = Field(description="operations, company (withdrawn) or clock.")
    decided_at: datetime | None


class TimesheetDetailView(TimesheetView):
    """A timesheet with its entries, the contests of some of them, and lines that were added."""

    entries: list[TimesheetEntryView]
    contests: list[ContestView]
    adjustments: list[AdjustmentView]


class ContestedTimesheetView(Seen):
    """The timesheet, of which the rest is approved, and its contested entries."""

    timesheet: TimesheetView
    contests: list[ContestView]


def contest_view(facts: ContestFacts, language: str) -> ContestView:
    silence = ON_SILENCE.get(facts.state)
    return ContestView(
        id=facts.id,
        timesheet_id=facts.timesheet_id,
        entry_id=facts.entry_id,
        engagement_id=facts.engagement_id,
        trainer_id=facts.trainer_id,
        state=facts.state,
        reason_code=facts.reason_code,
        explanation=facts.explanation,
        started_at=facts.started_at,
        ended_at=facts.ended_at,
        worked_seconds=facts.worked_seconds,
        note=facts.note,
        task_reference=facts.task_reference,
        created_at=facts.created_at,
        answer_by_at=facts.answer_by_at,
        answer=facts.answer,
        answered_at=facts.answered_at,
        decide_by_at=facts.decide_by_at,
        on_silence=silence and (silence.de if language == "de" else silence.en),
        decision_explanation=facts.decision_explanation,
        decided_by=facts.decider,
        decided_at=facts.decided_at,
    )


def detail_view(
    sheet: CompanySheet,
    pieces: Sequence[PieceFacts],
    contests: Sequence[ContestFacts],
    adjustments: Sequence[CompanyAdjustment],
    *,
    language: str,
) -> TimesheetDetailView:
    return TimesheetDetailView(
        **dict(timesheet_view(sheet)),
        entries=[entry_view(piece) for piece in pieces],
        contests=[contest_view(each, language) for each in contests],
        adjustments=[adjustment_view(each, language) for each in adjustments],
    )


def contested_timesheet_view(
    sheet: CompanySheet, found: Sequence[ContestFacts], language: str
) -> ContestedTimesheetView:
    return ContestedTimesheetView(
        timesheet=timesheet_view(sheet), contests=[contest_view(each, language) for each in found]
    )
