"""What operations can see of contested hours. No money."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import Seen
from app.domain.contests import ContestReason, ContestState
from app.timesheets.contests import ContestFacts


class ContestView(Seen):
    """Contested hours with both sides' words."""

    id: UUID
    timesheet_id: UUID
    entry_id: UUID
    engagement_id: UUID
    company_id: UUID
    trainer_id: UUID
    state: ContestState
    reason_code: ContestReason
    explanation: str = Field(description="The company's sentence.")
    started_at: datetime
    ended_at: datetime
    worked_seconds: int
    note: str | None
    task_reference: str | None
    created_at: datetime
    answer_by_at: datetime
    answer: str | None = Field(description="The trainer's; null when she did not answer in time.")
    answered_at: datetime | None
    decide_by_at: datetime | None = Field(description="Without a decision: approved then.")
    decision_explanation: str | None
    decided_by: str | None = Field(description="operations, company (withdrawn) or clock.")
    decided_at: datetime | None


def contest_view(facts: ContestFacts) -> ContestView:
    return ContestView(
        id=facts.id,
        timesheet_id=facts.timesheet_id,
        entry_id=facts.entry_id,
        engagement_id=facts.engagement_id,
        company_id=facts.company_id,
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
        decision_explanation=facts.decision_explanation,
        decided_by=facts.decider,
        decided_at=facts.decided_at,
    )
