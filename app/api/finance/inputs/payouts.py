"""What finance says about payouts."""

from pydantic import ConfigDict

from app.api.words import Instant, Said


class RunPayouts(Said):
    """Pay everything that is due as of an instant (default: now)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"as_of": "2026-11-30T12:00:00Z"}]})

    as_of: Instant | None = None
