"""Names of all the world must print, or be replaced by something that does."""

import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from app.gateways.documents import glyphs


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Łukasz Żółć", "Łukasz Żółć"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("Ελένη Иванова", "Ελένη Иванова"),
        ("李雷", "LiLei"),
        ("김철수", "GimCheolSu"),
        ("Acme 🚀 Labs", "Acme Labs"),
        ("👍🏽", ""),
        ("one\ttwo\r\nthree\0four", "one two three four"),
        ("Zu\N{ZERO WIDTH SPACE}sammen\N{RIGHT-TO-LEFT OVERRIDE}", "Zusammen"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "café"),
        ("x" + "\N{COMBINING RING ABOVE}" * 20, "x\u030a\u030a"),
        ("#eval(1) $x$ \\ *b* _c_ <d> @e", "#eval(1) $x$ \\ *b* _c_ <d> @e"),
        ("½ \N{LATIN SMALL LIGATURE FI}n \N{MATHEMATICAL SCRIPT CAPITAL A}", "½ fin A"),
        ("a\N{CUNEIFORM SIGN A}b", "a?b"),
    ],
)
def test_what_is_printed_for_a_text(text: str, printed: str) -> None:
    assert glyphs.printable(text) == printed


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_only_characters_of_the_table_are_printed(text: str) -> None:
    shown = glyphs.printable(text)
    assert all(
        any(first <= ord(character) <= last for first, last in glyphs.PRINTABLE_RANGES)
        for character in shown
    )
    assert glyphs.printable(shown) == shown


def test_the_fonts_can_show_every_character_of_the_table(tmp_path: Path) -> None:
    page = tmp_path / "all.typ"
    page.write_text(
        '#set text(font: "Libertinus Serif")\n'
        "#for word in json(bytes(sys.inputs.words)) "
        '[#word \\ #text(weight: "bold", word) \\ #text(style: "italic", word) \\ ]'
    )
    characters = [
        chr(point)
        for first, last in glyphs.PRINTABLE_RANGES
        for point in range(first, last + 1)
        if unicodedata.category(chr(point)) != "Cn"
    ]
    pdf = typst.compile(
        page,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps([f"a{character}" for character in characters])},
        pdf_standards="a-3b",
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert pdf.startswith(b"%PDF")
