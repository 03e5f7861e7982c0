"""Legal moves are tables.

Per noun one StrEnum of states, one of events, and `{(state, event): state}`. `step()` is the only
way from one state to the next, so that a test can run every state against every event.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.domain.refusals import IllegalMove

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def step(noun: str, moves: Mapping[tuple[S, E], S], state: S, event: E) -> S:
    """The state after `event`. Raises IllegalMove when the table has no such move."""
    try:
        return moves[(state, event)]
    except KeyError:
        raise IllegalMove(noun=noun, state=state.value, event=event.value) from None
