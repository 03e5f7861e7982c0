"""CSV as RFC 4180 has it, one row at a time, safe to open in a spreadsheet.

Texts are always in quotes, numbers and dates never. A spreadsheet takes a quoted text that starts
with an equals sign for a formula all the same, so such a text gets an apostrophe in front.
"""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

Cell = str | int | Decimal | date | None

LINE_END: Final = "\r\n"
_CHUNK_CHARACTERS: Final = 64 * 1024
# The last four are full-width = + - @, which spreadsheets with an East Asian setting read as those.
_FORMULA_STARTS: Final = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
_IGNORED_BEFORE_A_FORMULA: Final = " \N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"


async def stream(header: Sequence[str], rows: AsyncIterable[Sequence[Cell]]) -> AsyncIterator[str]:
    """The file in chunks of about 64,000 characters, read from `rows` only as it is written.

    Raises ValueError for a row that is not as long as the header, and what `line` raises.
    """
    pending = [line(header)]
    size = len(pending[0])
    async for row in rows:
        if len(row) != len(header):
            raise ValueError("a row has another number of cells than the header")
        written = line(row)
        pending.append(written)
        size += len(written)
        if size >= _CHUNK_CHARACTERS:
            yield "".join(pending)
            pending, size = [], 0
    if pending:
        yield "".join(pending)


def line(cells: Sequence[Cell]) -> str:
    """One row with its line end. Raises what `field` raises."""
    return ",".join(field(cell) for cell in cells) + LINE_END


def field(cell: Cell) -> str:
    """One cell as it stands in the file; None is an empty cell.

    Numbers are written in full with a point; dates as 2026-11-30, moments as ISO 8601 with offset.
    Raises TypeError for a float or a bool, which no column of ours holds, and ValueError for a
    moment without a time zone or a number that is not finite.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return '"' + harmless(cell).replace('"', '""') + '"'
    if isinstance(cell, datetime):
        if cell.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        if not cell.is_finite():
            raise ValueError("a number must be finite")
        return format(cell, "f")
    if type(cell) is int:
        return str(cell)
    raise TypeError(f"no cell can hold a {type(cell).__name__}")


def harmless(text: str) -> str:
    """`text`, with an apostrophe in front if a spreadsheet could take it for a formula."""
    starts_a_formula = text.startswith(_FORMULA_STARTS) or text.lstrip(
        _IGNORED_BEFORE_A_FORMULA
    ).startswith(_FORMULA_STARTS)
    return f"'{text}" if starts_a_formula else text
