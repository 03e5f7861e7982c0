"""What a trainer can see of changes to her approved time."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.adjustments import AdjustmentState, AdjustmentType, on_silence
from app.timesheets.for_trainers import TrainerAdjustment


class AdjustmentView(Seen):
    """A line that was added to your approved time: why, by whom, and what you earn by it. It stands
    on the timesheet of the pay week in which it was agreed to."""

    id: UUID
    type: AdjustmentType
    state: AdjustmentState
    engagement_id: UUID
    timesheet_id: UUID | None
    reason_code: str | None
    reason: str
    minutes: int | None = Field(description="Of a correction; negative takes away.")
    worked_at: datetime | None
    expense: MoneySeen | None = Field(description="What the trainer says that she laid out.")
    evidence_reference: str | None
    earned: MoneySeen | None = Field(description="Null while it waits, and when it is declined.")
    filed_by: str = Field(description="company, trainer or operations.")
    filed_at: datetime
    answer: str | None = Field(description="The trainer's, to a correction.")
    decide_by_at: datetime | None
    on_silence: str | None = Field(description="What happens if that deadline passes.")
    decided_by: str | None = Field(description="company, trainer, operations or clock.")
    decided_at: datetime | None
    decision_reason_code: str | None
    decision_explanation: str | None


def adjustment_view(found: TrainerAdjustment, language: str) -> AdjustmentView:
    facts, amount = found.facts, found.amount
    silence = on_silence(facts.type, facts.state)
    return AdjustmentView(
        id=facts.id,
        type=facts.type,
        state=facts.state,
        engagement_id=facts.engagement_id,
        timesheet_id=facts.timesheet_id,
        reason_code=facts.reason_code,
        reason=facts.reason,
        minutes=facts.minutes,
        worked_at=facts.worked_at,
        expense=None
        if facts.expense_minor is None or facts.currency is None
        else MoneySeen(minor=facts.expense_minor, currency=facts.currency),
        evidence_reference=facts.evidence_reference,
        earned=amount and MoneySeen(minor=amount.earned.minor, currency=amount.earned.currency),
        filed_by=facts.filer,
        filed_at=facts.filed_at,
        answer=facts.answer,
        decide_by_at=None if silence is None else facts.decide_by_at,
        on_silence=silence and (silence.de if language == "de" else silence.en),
        decided_by=facts.decider,
        decided_at=facts.decided_at,
        decision_reason_code=facts.decision_reason_code,
        decision_explanation=facts.decision_explanation,
    )
