"""What finance says about payouts."""

from typing import Literal

from pydantic import ConfigDict, Field

from app.api.words import Day, Instant, Line, Prose, Said


class RunPayouts(Said):
    """Pay everything that is due as of an instant (default: now)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"as_of": "2026-11-30T12:00:00Z"}]})

    as_of: Instant | None = None


class PlaceHold(Said):
    """Why money is stopped, and when finance looks at it again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "The bank asked back.", "look_on": "2030-11-30"}]
        }
    )

    reason: Prose
    look_on: Day | None = Field(None, description="Left out: in seven days.")


class RecordScreening(Said):
    """What screening a trainer against the sanctions lists said."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"outcome": "clear", "lists": "OFAC, EU, UN", "lists_of": "2026-11-25T04:00:00Z"}
            ]
        }
    )

    outcome: Literal["clear", "review"]
    lists: Line = Field(description="Which lists.")
    lists_of: Instant = Field(description="From when the lists are; a payout needs fresh ones.")
