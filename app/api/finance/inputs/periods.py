"""What finance says about a month of the books."""

from datetime import date
from typing import Annotated

from fastapi import Path
from pydantic import ConfigDict

from app.api.words import Prose, Said
from app.domain import periods
from app.domain.refusals import NotFound

MonthPath = Annotated[
    str, Path(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="A calendar month, in UTC.")
]


class ClosePeriod(Said):
    """`reason`: closes the month over what is still open, which is then written down beside it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    reason: Prose | None = None


class ReopenPeriod(Said):
    """Why the month must be opened again."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "The auditor asked for a correction."}]}
    )

    reason: Prose


def month(said: str) -> date:
    """The first day of the month. Raises NotFound for a year that never was."""
    found = periods.read_month(said)
    if found is None:
        raise NotFound
    return found
