"""What finance says about reconciliation: which differences to see."""

from enum import StrEnum
from typing import Annotated

from fastapi import Query


class Which(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    ALL = "all"

    @property
    def is_open(self) -> bool | None:
        return None if self is Which.ALL else self is Which.OPEN


WhichDifferences = Annotated[
    Which, Query(alias="state", description="Those that stand, those that have gone, or both.")
]
