"""The ledger as plain text that hledger checks: an independent opinion on our books.

Amounts are whole minor units of a commodity such as `USDc`: checkers round a currency with
decimals, and a difference below a cent would pass. Amounts never stand in a comment or a text.
"""

import re
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from datetime import datetime

from app.kit.csv_writing import Cell

# A semicolon begins a comment, a bar parts payee and note, a line break ends the transaction.
_SIGNS = re.compile(r"[;|\s\x00-\x1f\x7f\u2028\u2029]+")


def _text(value: Cell) -> str:
    return _SIGNS.sub(" ", str(value)).strip()


async def stream(columns: Sequence[str], rows: AsyncIterable[Sequence[Cell]]) -> AsyncIterator[str]:
    """One transaction per posting, in the order of the rows, which must come posting by posting.

    Each account and commodity is declared before its first use, so that a strict check catches a
    misspelt one, and nothing has to be read twice.
    """
    yield "; Lehrwerk's books in minor units: debit positive, credit negative\n"
    declared: set[str] = set()
    held: list[dict[str, Cell]] = []
    async for row in rows:
        entry = dict(zip(columns, row, strict=True))
        if held and held[0]["posting_id"] != entry["posting_id"]:
            yield _transaction(held, declared)
            held = []
        held.append(entry)
    if held:
        yield _transaction(held, declared)


def _transaction(entries: Sequence[Mapping[str, Cell]], declared: set[str]) -> str:
    first, lines = entries[0], [""]
    for entry in entries:
        for directive in (f"commodity 1. {entry['currency']}c", f"account {entry['account']}"):
            if directive not in declared:
                declared.add(directive)
                lines.append(directive)
    fact = f"{_text(first['source'])} {_text(first['key'])}"
    day = _day(first["effective_at"])
    lines.append(f"{day} * ({first['posting_id']}) {_text(first['description'])}  ; fact: {fact}")
    lines.extend(
        f"    {entry['account']}  {entry['amount_minor']} {entry['currency']}c" for entry in entries
    )
    return "\n".join(lines) + "\n"


def _day(cell: Cell) -> str:
    assert isinstance(cell, datetime)
    return cell.date().isoformat()
