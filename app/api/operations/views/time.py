"""What operations can see of hours beyond a cap. No money."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import Seen
from app.domain.timesheets import EntryState, OverCapReason
from app.timesheets.queries import PieceFacts


class OverCapView(Seen):
    """Hours beyond a cap. `decided_by` operations, or company until `decide_by_at` has passed."""

    id: UUID
    engagement_id: UUID
    company_id: UUID
    trainer_id: UUID
    state: EntryState
    started_at: datetime
    ended_at: datetime | None
    worked_seconds: int
    week_starts_at: datetime
    note: str | None
    binding_cap: str | None = Field(examples=["trainer_week"])
    decided_by: str | None
    decide_by_at: datetime | None
    at_platform_cost: bool
    reason_code: OverCapReason | None
    explanation: str | None


def over_cap_view(piece: PieceFacts) -> OverCapView:
    return OverCapView(
        id=piece.id,
        engagement_id=piece.engagement_id,
        company_id=piece.company_id,
        trainer_id=piece.trainer_id,
        state=piece.state,
        started_at=piece.started_at,
        ended_at=piece.ended_at,
        worked_seconds=piece.worked_seconds,
        week_starts_at=piece.week_starts_at,
        note=piece.note,
        binding_cap=piece.binding_cap,
        decided_by=piece.decider,
        decide_by_at=piece.decide_by_at,
        at_platform_cost=piece.at_platform_cost,
        reason_code=piece.decision_reason_code,
        explanation=piece.decision_explanation,
    )
