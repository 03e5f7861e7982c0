"""The geometry of the page's charts, in whole pixels: figures in, rectangles out."""

from collections.abc import Sequence
from dataclasses import dataclass

BAR = 420  # the widest bar
COLUMN = 120  # the highest column
STEP = 44


@dataclass(frozen=True, slots=True)
class Bar:
    """One sum as a bar; `top` is its place from above."""

    minor: int
    width: int
    top: int


@dataclass(frozen=True, slots=True)
class Pair:
    """The same money as both sides see it; `books` may stand alone (on its way to a bank)."""

    label: str
    currency: str
    stripe: Bar | None
    books: Bar
    differs: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One run: its open differences as a column over the base line."""

    label: str
    count: int
    left: int
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Sides:
    """A figure to draw: what Stripe says (None: nothing to say) and what the books say."""

    label: str
    currency: str
    stripe_minor: int | None
    books_minor: int


def pairs(sides: Sequence[Sides]) -> list[Pair]:
    """Bars to scale within each currency: sums of two currencies share no axis."""
    found = []
    for place, each in enumerate(sides):
        most = max(
            max(abs(one.books_minor), abs(one.stripe_minor or 0))
            for one in sides
            if one.currency == each.currency
        )
        top = place * 68 + 22
        stripe = each.stripe_minor
        found.append(
            Pair(
                each.label,
                each.currency,
                None if stripe is None else Bar(stripe, _share(stripe, most, BAR), top),
                Bar(each.books_minor, _share(each.books_minor, most, BAR), top + 20),
                stripe is not None and stripe != each.books_minor,
            )
        )
    return found


def columns(counts: Sequence[tuple[str, int]]) -> list[Column]:
    """Columns to scale, oldest first."""
    most = max((count for _, count in counts), default=0)
    found = []
    for place, (label, count) in enumerate(counts):
        height = _share(count, most, COLUMN)
        found.append(Column(label, count, place * STEP + 8, COLUMN - height + 24, height))
    return found


def _share(value: int, most: int, size: int) -> int:
    """`value`'s part of `size` when `most` is the whole; what is not nothing can be seen."""
    if value == 0 or most == 0:
        return 0
    return max(2, abs(value) * size // most)
