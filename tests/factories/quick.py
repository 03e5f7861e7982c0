"""Which of many runs of the same path the quick suite makes; `-m slow` makes the others."""

from collections.abc import Sequence
from typing import TypeVar

import pytest

T = TypeVar("T")


def first(values: Sequence[T], count: int = 1) -> list[object]:
    """For `parametrize`: the first ones as they are, the others behind `slow`. Tuples are several
    parameters."""
    later = values[count:]
    return [
        *values[:count],
        *(
            pytest.param(*(each if isinstance(each, tuple) else (each,)), marks=pytest.mark.slow)
            for each in later
        ),
    ]
