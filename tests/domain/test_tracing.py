"""Lines of one week and rate, done again from what was held before each."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.domain import hours, tracing
from app.domain.adjustments import LineType
from app.domain.hours import NOTHING, Priced
from app.domain.tracing import HeldLine
from tests.factories.traced import comes_to

WEEK = datetime(2026, 11, 16, tzinfo=UTC)
FLATS = (LineType.BONUS, LineType.EXPENSE, LineType.CLAWBACK)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 90_000)), max_size=12),
    st.integers(1, 50_000),
)
def test_each_line_can_be_done_again_and_together_they_are_rounded_once(
    worked: list[tuple[int, int]], rate: int
) -> None:
    engagements = (uuid4(), uuid4())
    sums: dict[UUID, Priced] = dict.fromkeys(engagements, NOTHING)
    lines = []
    for which, seconds in worked:
        owner = engagements[which]
        priced = hours.further(sums[owner], seconds, rate)
        sums[owner] += priced
        lines.append(HeldLine(uuid4(), owner, WEEK, rate, priced))
    before = tracing.held_before(lines)
    for line in lines:
        again = comes_to(LineType.TIME, line.priced.seconds, before[line.id], rate)
        assert again == line.priced
    for owner, total in sums.items():
        assert total.seconds == sum(s for w, s in worked if engagements[w] == owner)
        assert total.minor == hours.money_from_minutes(
            hours.minutes_from_seconds(total.seconds), rate
        )


def test_a_correction_is_done_again_and_a_sum_of_money_is_not() -> None:
    earlier = Priced(7_200, 120, 20_000)
    assert comes_to(LineType.CORRECTION, -600, earlier, 10_000) == Priced(-600, -10, -1_667)
    for type_ in FLATS:
        assert comes_to(type_, 0, NOTHING, 0) is None
        assert tracing.told_line(type_, NOTHING, NOTHING, 0, "USD").en == ""
        assert tracing.told_bill_sum(type_).de != tracing.told_pay_sum(type_).de


def test_what_was_held_before_is_said_in_both_languages() -> None:
    here, earlier = Priced(90, 1, 166), Priced(30, 1, 167)
    alone = tracing.told_line(LineType.TIME, earlier, NOTHING, 10_000, "EUR")
    assert "earlier" not in alone.en
    assert "1,67 EUR" in alone.de
    told = tracing.told_line(LineType.TIME, here, earlier, 10_000, "EUR")
    assert "Earlier lines hold 1 minutes and 1.67 EUR" in told.en
    assert "also bleiben für diese Zeile 1 Minuten und 1,66 EUR" in told.de
    corrected = tracing.told_line(LineType.CORRECTION, here, earlier, 10_000, "EUR")
    assert corrected.en.endswith(told.en)
    assert corrected.de.startswith("Korrektur")
