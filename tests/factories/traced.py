"""An explained line done again from its entries, as the reader would with pencil and paper."""

from app.domain import tracing
from app.domain.adjustments import LineType
from app.timesheets.tracing import TracedLine


def assert_line_adds_up(line: TracedLine) -> None:
    """Entries are the line's seconds; seconds at its rate, less what was held, are its money."""
    row = line.row
    if row.type is LineType.TIME:
        assert sum(entry.seconds for entry in line.entries) == row.priced.seconds
        assert line.entries
    else:
        assert line.entries == ()
        assert line.reason
    again = tracing.comes_to(row.type, row.priced.seconds, line.earlier, row.rate_minor)
    assert again is None or again == row.priced
    assert (line.rate_from_at is None) == (again is None)
    for language in ("en", "de"):
        told = tracing.told_line(
            row.type, row.priced, line.earlier, row.rate_minor, row.currency
        ).sentence(language)
        assert (told == "") == (again is None)
