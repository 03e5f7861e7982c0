"""What both sides see of a position's minutes: the same figures, and never money."""

from datetime import date
from uuid import UUID

from pydantic import Field

from app.api.words import Seen
from app.timesheets.burning import Burn


class BurnView(Seen):
    """Whole minutes of a position over all its trainers. Both sides see exactly this."""

    position_id: UUID
    cap_minutes: int | None = Field(description="Null where the position has no total.")
    used_minutes: int
    reserved_minutes: int = Field(description="Held for timers that run now.")
    left_minutes: int | None
    over_cap_minutes: int = Field(description="Worked beyond a cap and waiting for a decision.")
    pace_minutes_per_week: int = Field(description="Over the last four weeks, or since the start.")
    exhausted_on: date | None = Field(
        description="The day (UTC) on which nothing is left at this pace; null: not foreseeable."
    )


def burn_view(found: Burn) -> BurnView:
    left, ends_at = found.left_seconds, found.forecast.exhausted_at
    return BurnView(
        position_id=found.position_id,
        cap_minutes=None if found.cap_seconds is None else found.cap_seconds // 60,
        used_minutes=found.used_seconds // 60,
        reserved_minutes=found.reserved_seconds // 60,
        left_minutes=None if left is None else left // 60,
        over_cap_minutes=found.over_cap_seconds // 60,
        pace_minutes_per_week=found.forecast.pace_seconds_per_week // 60,
        exhausted_on=ends_at.date() if ends_at else None,
    )
