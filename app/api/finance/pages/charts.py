"""The geometry of the page's charts: figures in, bars and columns out.

Sideways all is in parts of the width, so that a chart fits a phone with its letters in full size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

BAR = 1_000  # the widest bar, in thousandths of the width
COLUMN = 120  # the highest column, in pixels
_FEWEST = 7  # places for columns, so that a first run does not stand alone in the middle


@dataclass(frozen=True, slots=True)
class Bar:
    """One sum as a bar; `width` in thousandths."""

    minor: int
    width: int

    @property
    def percent(self) -> str:
        return percent(self.width)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same money as both sides see it; `books` may stand alone (on its way to a bank)."""

    label: str
    currency: str
    stripe: Bar | None
    books: Bar

    @property
    def differs_minor(self) -> int:
        """Stripe less books."""
        return self.stripe.minor - self.books.minor if self.stripe else 0


@dataclass(frozen=True, slots=True)
class Column:
    """One run: its open differences as a column over the base line; `middle` in thousandths."""

    label: str
    count: int
    middle: int
    top: int
    height: int

    @property
    def percent(self) -> str:
        return percent(self.middle)


@dataclass(frozen=True, slots=True)
class Sides:
    """A figure to draw: what Stripe says (None: nothing to say) and what the books say."""

    label: str
    currency: str
    stripe_minor: int | None
    books_minor: int


def percent(thousandths: int) -> str:
    """570 → `57.0%`, as SVG wants it in either language."""
    return f"{thousandths // 10}.{thousandths % 10}%"


def pairs(sides: Sequence[Sides]) -> list[Pair]:
    """Bars to scale within each currency: sums of two currencies share no axis."""
    found = []
    for each in sides:
        most = max(
            max(abs(one.books_minor), abs(one.stripe_minor or 0))
            for one in sides
            if one.currency == each.currency
        )
        stripe, books = each.stripe_minor, each.books_minor
        found.append(
            Pair(
                each.label,
                each.currency,
                None if stripe is None else Bar(stripe, _share(stripe, most, BAR)),
                Bar(books, _share(books, most, BAR)),
            )
        )
    return found


def columns(counts: Sequence[tuple[str, int]]) -> list[Column]:
    """Columns to scale, oldest first."""
    most = max((count for _, count in counts), default=0)
    places = max(len(counts), _FEWEST)
    found = []
    for place, (label, count) in enumerate(counts):
        height = _share(count, most, COLUMN)
        middle = (2 * place + 1) * 1_000 // (2 * places)
        found.append(Column(label, count, middle, COLUMN - height + 24, height))
    return found


def _share(value: int, most: int, size: int) -> int:
    """`value`'s part of `size` when `most` is the whole; what is not nothing can be seen."""
    if value == 0 or most == 0:
        return 0
    return max(2, abs(value) * size // most)
