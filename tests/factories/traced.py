"""An explained line done again from its entries, as the reader would with pencil and paper."""

from app.domain import hours, tracing
from app.domain.adjustments import FLAT, LineType
from app.domain.hours import Priced
from app.timesheets.tracing import TracedLine


def comes_to(type_: LineType, seconds: int, earlier: Priced, rate_minor: int) -> Priced | None:
    """The line done again from its seconds; None for a sum of money, which has none."""
    if type_ in FLAT:
        return None
    if type_ is LineType.CORRECTION:
        return hours.corrected(earlier, seconds // hours.SECONDS_PER_MINUTE, rate_minor)
    return hours.further(earlier, seconds, rate_minor)


def assert_line_adds_up(line: TracedLine) -> None:
    """Entries are the line's seconds; seconds at its rate, less what was held, are its money."""
    row = line.row
    if row.type is LineType.TIME:
        assert sum(entry.seconds for entry in line.entries) == row.priced.seconds
        assert line.entries
    else:
        assert line.entries == ()
        assert line.reason
    again = comes_to(row.type, row.priced.seconds, line.earlier, row.rate_minor)
    assert again is None or again == row.priced
    assert (line.rate_from_at is None) == (again is None)
    for language in ("en", "de"):
        told = tracing.told_line(
            row.type, row.priced, line.earlier, row.rate_minor, row.currency
        ).sentence(language)
        assert (told == "") == (again is None)
