"""What a file holds, whatever its format: named columns, one statement, one row of cells each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Select

from app.domain import money
from app.kit.csv_writing import Cell

# First day, last day (inclusive) → the statement whose rows `cells` takes, in a fixed order.
Statement = Callable[[date, date], Select[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Dataset:
    """`cells` gives as many cells as there are columns. The order of rows must be total, so that
    the same rows give the same bytes."""

    columns: tuple[str, ...]
    statement: Statement
    cells: Callable[[Any], Sequence[Cell]]


def begins(day: date) -> datetime:
    """The first instant of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def ends(day: date) -> datetime:
    """The first instant after a day in UTC."""
    return begins(day) + timedelta(days=1)


def amount(minor: int | None, currency: str) -> tuple[Cell, Cell]:
    """An amount twice: in minor units and as a decimal number; two empty cells for none."""
    if minor is None:
        return None, None
    return minor, money.as_decimal(minor, currency)
