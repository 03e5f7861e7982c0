"""No splitting of the same work changes what is billed or paid: several weeks, several rates."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.hours import NOTHING, Priced, price
from app.domain.rates import DatedRate, pay_from_bill
from app.domain.weeks import Span

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
WEEK = 7 * 24 * 3600
Held = dict[tuple[datetime, int], Priced]


def _cut(spans: list[tuple[int, int]], cuts: list[int]) -> list[Span]:
    """The same work in pieces: at pay weeks as the server cuts it, and wherever else is said."""
    found = []
    for start, end in spans:
        bounds = {start, end, *(c for c in cuts if start < c < end)}
        bounds |= {w for w in range(0, 4 * WEEK, WEEK) if start < w < end}
        for a, b in pairwise(sorted(bounds)):
            week = MONDAY + timedelta(seconds=a - a % WEEK)
            found.append(Span(MONDAY + timedelta(seconds=a), MONDAY + timedelta(seconds=b), week))
    return found


def _approved(portions: list[list[Span]], rates: list[DatedRate]) -> Held:
    """What lines hold after approving the portions one after the other."""
    held: Held = {}
    for portion in portions:
        for line in price(portion, rates, held):
            key = (line.week_starts_at, line.rate_minor)
            held[key] = held.get(key, NOTHING) + line.priced
    return held


@st.composite
def _works(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Disjoint spans within three weeks, in seconds since a Monday."""
    marks = draw(st.lists(st.integers(0, 3 * WEEK), min_size=2, max_size=16, unique=True))
    marks = sorted(marks)[: len(marks) // 2 * 2]
    return [(marks[n], marks[n + 1]) for n in range(0, len(marks), 2)]


@given(
    work=_works(),
    cuts=st.lists(st.integers(0, 3 * WEEK), max_size=12),
    changes=st.lists(st.tuples(st.integers(1, 3 * WEEK), st.integers(1, 60_000)), max_size=3),
    first_rate=st.integers(1, 60_000),
    fee=st.integers(0, 9_999),
    seed=st.integers(0, 2**32),
    portions=st.integers(1, 6),
)
def test_any_pieces_in_any_order_and_any_portions(
    *,
    work: list[tuple[int, int]],
    cuts: list[int],
    changes: list[tuple[int, int]],
    first_rate: int,
    fee: int,
    seed: int,
    portions: int,
) -> None:
    """Cut anywhere, shuffled, approved in any portions: each week and rate holds the one rounding,
    so that not even the last unit differs; and what is billed and paid has the same seconds."""
    dated = {0: first_rate, **dict(changes)}
    bill = [DatedRate(MONDAY + timedelta(seconds=s), r, "USD") for s, r in sorted(dated.items())]
    pay = [DatedRate(r.effective_at, pay_from_bill(r.minor, fee), "USD") for r in bill]
    whole = _cut(work, [])
    pieces = _cut(work, cuts)
    Random(seed).shuffle(pieces)
    in_portions = [pieces[n::portions] for n in range(portions)]
    for rates in (bill, pay):
        assert _approved(in_portions, rates) == _approved([whole], rates)
    billed, paid = (_approved(in_portions, rates) for rates in (bill, pay))
    for held in (billed, paid):
        assert sum(p.seconds for p in held.values()) == sum(end - start for start, end in work)
        for (_, rate), priced in held.items():
            exact = priced.seconds * rate  # minor units × 3600
            assert abs(priced.minor * 3_600 - exact) <= 30 * rate + 1_800
