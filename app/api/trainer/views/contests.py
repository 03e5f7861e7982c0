"""What a trainer can see when her hours are contested."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.trainer.views.time import (
    ClockView,
    PartView,
    TimesheetView,
    clock_view,
    part_view,
    timesheet_view,
)
from app.api.words import Seen
from app.domain.contests import ON_SILENCE, ContestReason, ContestState
from app.timesheets.contests import ContestFacts
from app.timesheets.for_trainers import TrainerSheet, Zones
from app.timesheets.queries import PieceFacts


class ContestView(Seen):
    """A part of your hours that the company contests: why, until when, and what comes of it."""

    id: UUID
    timesheet_id: UUID
    part_id: UUID = Field(description="The part in `list_time` that it is about.")
    engagement_id: UUID
    state: ContestState
    reason_code: ContestReason
    explanation: str = Field(description="The company's sentence.")
    started_at: datetime
    ended_at: datetime
    worked_seconds: int
    note: str | None
    created_at: datetime
    answer_by_at: datetime = Field(description="Until then you may answer, once.")
    answer: str | None
    answered_at: datetime | None
    decide_by_at: datetime | None = Field(description="Until then operations decides.")
    on_silence: str | None = Field(description="What happens if that deadline passes.")
    decision_explanation: str | None
    decided_by: str | None = Field(description="operations, company (withdrawn) or clock.")
    decided_at: datetime | None


class TimeView(PartView):
    """A part of your hours in both zones, with its contest if there was one."""

    clocks: ClockView
    contest: ContestView | None


class TimesheetWithContestsView(TimesheetView):
    """A timesheet with its contested parts. They are not in `earned` until they are allowed."""

    contested_seconds: int = Field(description="Contested and not yet decided.")
    contests: list[ContestView]


def contest_view(facts: ContestFacts, language: str) -> ContestView:
    silence = ON_SILENCE.get(facts.state)
    return ContestView(
        id=facts.id,
        timesheet_id=facts.timesheet_id,
        part_id=facts.entry_id,
        engagement_id=facts.engagement_id,
        state=facts.state,
        reason_code=facts.reason_code,
        explanation=facts.explanation,
        started_at=facts.started_at,
        ended_at=facts.ended_at,
        worked_seconds=facts.worked_seconds,
        note=facts.note,
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


def time_view(
    piece: PieceFacts, found: Mapping[UUID, ContestFacts], zones: Zones, language: str
) -> TimeView:
    contest = found.get(piece.id)
    timezone = zones.pay_week[piece.engagement_id]
    return TimeView(
        **dict(part_view(piece)),
        clocks=clock_view(piece.started_at, piece.ended_at, timezone, zones),
        contest=contest and contest_view(contest, language),
    )


def timesheet_with_contests_view(
    sheet: TrainerSheet, found: Mapping[UUID, Sequence[ContestFacts]], language: str
) -> TimesheetWithContestsView:
    contests = found.get(sheet.facts.id, [])
    return TimesheetWithContestsView(
        **dict(timesheet_view(sheet)),
        contested_seconds=sum(each.worked_seconds for each in contests if each.silent_by_at),
        contests=[contest_view(each, language) for each in contests],
    )
