"""What operations can see of changes to approved time: no money but what a trainer laid out."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.adjustments import AdjustmentState, AdjustmentType
from app.timesheets.adjustments import AdjustmentFacts


class AdjustmentView(Seen):
    """A change to approved time with the words of both sides."""

    id: UUID
    type: AdjustmentType
    state: AdjustmentState
    engagement_id: UUID
    company_id: UUID
    trainer_id: UUID
    timesheet_id: UUID | None
    reason_code: str | None
    reason: str
    minutes: int | None = Field(description="Of a correction; negative takes away.")
    worked_at: datetime | None
    expense: MoneySeen | None = Field(description="What the trainer says that she laid out.")
    evidence_reference: str | None
    evidence_ids: list[UUID]
    at_platform_cost: bool
    filed_by: str = Field(description="company, trainer or operations.")
    filed_at: datetime
    answer: str | None = Field(description="The trainer's, to a correction.")
    decide_by_at: datetime | None
    decided_by: str | None = Field(description="company, trainer, operations or clock.")
    decided_at: datetime | None
    decision_reason_code: str | None
    decision_explanation: str | None


def adjustment_view(facts: AdjustmentFacts) -> AdjustmentView:
    return AdjustmentView(
        id=facts.id,
        type=facts.type,
        state=facts.state,
        engagement_id=facts.engagement_id,
        company_id=facts.company_id,
        trainer_id=facts.trainer_id,
        timesheet_id=facts.timesheet_id,
        reason_code=facts.reason_code,
        reason=facts.reason,
        minutes=facts.minutes,
        worked_at=facts.worked_at,
        expense=None
        if facts.expense_minor is None or facts.currency is None
        else MoneySeen(minor=facts.expense_minor, currency=facts.currency),
        evidence_reference=facts.evidence_reference,
        evidence_ids=[UUID(each) for each in facts.evidence_ids],
        at_platform_cost=facts.at_platform_cost,
        filed_by=facts.filer,
        filed_at=facts.filed_at,
        answer=facts.answer,
        decide_by_at=facts.decide_by_at,
        decided_by=facts.decider,
        decided_at=facts.decided_at,
        decision_reason_code=facts.decision_reason_code,
        decision_explanation=facts.decision_explanation,
    )
