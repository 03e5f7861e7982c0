"""Money of which nobody knows whose it is or what for."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class SuspenseState(StrEnum):
    """open: it waits; assigned: to an invoice or a wallet; returned: to whom it came from."""

    OPEN = "open"
    ASSIGNED = "assigned"
    RETURNED = "returned"


class SuspenseEvent(StrEnum):
    ASSIGN = "assign"
    RETURN = "return"


SUSPENSE_MOVES: Final[Mapping[tuple[SuspenseState, SuspenseEvent], SuspenseState]] = (
    MappingProxyType(
        {
            (SuspenseState.OPEN, SuspenseEvent.ASSIGN): SuspenseState.ASSIGNED,
            (SuspenseState.OPEN, SuspenseEvent.RETURN): SuspenseState.RETURNED,
        }
    )
)
