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


Place = tuple[str, str]


def _text(value: Cell) -> str:
    return _SIGNS.sub(" ", str(value)).strip()


async def stream(columns: Sequence[str], rows: AsyncIterable[Sequence[Cell]]) -> AsyncIterator[str]:
    """One transaction per posting, in the order of the rows, which must come posting by posting and
    day by day; after each day the balances of the accounts that it moved, to the unit.

    Each account and commodity is declared before its first use, so that a strict check catches a
    misspelt one, and nothing has to be read twice.
    """
    yield "; Lehrwerk's books in minor units: debit positive, credit negative\n"
    declared: set[str] = set()
    totals: dict[Place, int] = {}
    moved: set[Place] = set()
    held: list[dict[str, Cell]] = []
    async for row in rows:
        entry = dict(zip(columns, row, strict=True))
        if held and held[0]["posting_id"] != entry["posting_id"]:
            yield _transaction(held, declared)
            day = _day(held[0]["effective_at"])
            if day != _day(entry["effective_at"]):
                yield _balances(day, moved, totals)
                moved = set()
            held = []
        held.append(entry)
        minor, place = entry["amount_minor"], (str(entry["account"]), str(entry["currency"]))
        assert isinstance(minor, int)
        totals[place] = totals.get(place, 0) + minor
        moved.add(place)
    if held:
        yield _transaction(held, declared)
        yield _balances(_day(held[0]["effective_at"]), moved, totals)


def _balances(day: str, moved: set[Place], totals: Mapping[Place, int]) -> str:
    """What the day's accounts hold at its end, as assertions on amounts of nothing."""
    lines = [f"\n{day} * balances at the end of the day"]
    lines.extend(
        f"    {account}  0 {currency}c = {totals[account, currency]} {currency}c"
        for account, currency in sorted(moved)
    )
    return "\n".join(lines) + "\n"


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
