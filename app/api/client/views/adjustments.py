"""What a company can see of changes to approved time."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.adjustments import AdjustmentState, AdjustmentType
from app.timesheets.for_companies import CompanyAdjustment


class AdjustmentView(Seen):
    """A line that was added to approved time. It stands on the timesheet of the pay week in which
    it was agreed to, and on your next invoice."""

    id: UUID
    type: AdjustmentType
    state: AdjustmentState
    engagement_id: UUID
    trainer_id: UUID
    timesheet_id: UUID | None
    reason: str
    billed: MoneySeen | None = Field(description="Null while it waits, and when you owe nothing.")
    filed_by: str = Field(description="company, trainer or operations.")
    filed_at: datetime
    decided_at: datetime | None


def adjustment_view(found: CompanyAdjustment) -> AdjustmentView:
    facts, amount = found.facts, found.amount
    return AdjustmentView(
        id=facts.id,
        type=facts.type,
        state=facts.state,
        engagement_id=facts.engagement_id,
        trainer_id=facts.trainer_id,
        timesheet_id=facts.timesheet_id,
        reason=facts.reason,
        billed=amount and MoneySeen(minor=amount.billed.minor, currency=amount.billed.currency),
        filed_by=facts.filer,
        filed_at=facts.filed_at,
        decided_at=facts.decided_at,
    )
