"""What a trainer can see of changes to her approved time."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.adjustments import AdjustmentState, AdjustmentType
from app.timesheets.for_trainers import TrainerAdjustment


class AdjustmentView(Seen):
    """A line that was added to your approved time: why, by whom, and what you earn by it. It stands
    on the timesheet of the pay week in which it was agreed to."""

    id: UUID
    type: AdjustmentType
    state: AdjustmentState
    engagement_id: UUID
    timesheet_id: UUID | None
    reason: str
    earned: MoneySeen | None = Field(description="Null while it waits, and when it is declined.")
    filed_by: str = Field(description="company, trainer or operations.")
    filed_at: datetime
    decided_at: datetime | None


def adjustment_view(found: TrainerAdjustment) -> AdjustmentView:
    facts, amount = found.facts, found.amount
    return AdjustmentView(
        id=facts.id,
        type=facts.type,
        state=facts.state,
        engagement_id=facts.engagement_id,
        timesheet_id=facts.timesheet_id,
        reason=facts.reason,
        earned=amount and MoneySeen(minor=amount.earned.minor, currency=amount.earned.currency),
        filed_by=facts.filer,
        filed_at=facts.filed_at,
        decided_at=facts.decided_at,
    )
