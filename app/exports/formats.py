"""From rows to bytes: CSV, JSON lines, and plain-text accounting of the ledger."""

import json
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import date
from decimal import Decimal

from app.domain.exporting import ExportFormat
from app.exports import beancount, journal
from app.kit import csv_writing
from app.kit.csv_writing import Cell

MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSONL: "application/jsonl; charset=utf-8",
    ExportFormat.JOURNAL: "text/plain; charset=utf-8",
    ExportFormat.BEANCOUNT: "text/plain; charset=utf-8",
}


def encode(
    form: ExportFormat, columns: Sequence[str], rows: AsyncIterable[Sequence[Cell]]
) -> AsyncIterator[str]:
    """The file in chunks of text, read from `rows` only as it is written."""
    match form:
        case ExportFormat.CSV:
            return csv_writing.stream(columns, rows)
        case ExportFormat.JSONL:
            return _json_lines(columns, rows)
        case ExportFormat.JOURNAL:
            return journal.stream(columns, rows)
        case ExportFormat.BEANCOUNT:
            return beancount.stream(columns, rows)


async def _json_lines(
    columns: Sequence[str], rows: AsyncIterable[Sequence[Cell]]
) -> AsyncIterator[str]:
    async for row in rows:
        said = {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}
        yield json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


def _plain(cell: Cell) -> str | int | None:
    """A decimal number becomes text: JSON readers would turn it into a float."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell
