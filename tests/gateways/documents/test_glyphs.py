"""Names of all the world must print, or be replaced by something that does."""

import json
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from hypothesis import HealthCheck, given, settings
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
        ("7\N{COMBINING RING ABOVE} \N{COMBINING ACUTE ACCENT}", "7"),
        ("n\N{COMBINING LONG SOLIDUS OVERLAY}o", "no"),
        ("e\N{COMBINING COMMA ABOVE}\N{COMBINING ACUTE ACCENT}", "\xe9"),
        ("a\N{CUNEIFORM SIGN A}b", "a?b"),
    ],
)
def test_what_is_printed_for_a_text(text: str, printed: str) -> None:
    assert glyphs.printable(text) == printed


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_only_characters_of_the_table_are_printed(text: str) -> None:
    shown = glyphs.printable(text)
    assert all(
        character in glyphs.ACCENTS
        or any(first <= ord(character) <= last for first, last in glyphs.PRINTABLE_RANGES)
        for character in shown
    )
    assert glyphs.printable(shown) == shown


def print_words(folder: Path, words: list[str]) -> bytes:
    page = folder / "words.typ"
    page.write_text(
        '#set text(font: "Libertinus Serif")\n'
        "#for word in json(bytes(sys.inputs.words)) "
        '[#word \\ #text(weight: "bold", word) \\ #text(style: "italic", word) \\ ]'
    )
    return typst.compile(
        page,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps(words)},
        pdf_standards="a-3b",
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_the_fonts_can_show_every_character_of_the_table(tmp_path: Path) -> None:
    characters = [
        chr(point)
        for first, last in glyphs.PRINTABLE_RANGES
        for point in range(first, last + 1)
        if unicodedata.category(chr(point)) != "Cn"
    ]
    assert print_words(tmp_path, [f"a{character}" for character in characters])


def test_the_fonts_can_show_every_accent_on_every_letter(tmp_path: Path) -> None:
    letters = re.findall(f"[{glyphs.LETTERS}]", "".join(map(chr, range(0x0020, 0x1F00))))
    assert print_words(
        tmp_path, ["".join(letter + accent for letter in letters) for accent in glyphs.ACCENTS]
    )
    assert print_words(
        tmp_path,
        ["".join(f"o{first}{second}" for first in glyphs.ACCENTS) for second in glyphs.ACCENTS],
    )


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=40, max_size=80))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_text_holds_it_prints(tmp_path: Path, texts: list[str]) -> None:
    assert print_words(tmp_path, [glyphs.printable(text) for text in texts])
