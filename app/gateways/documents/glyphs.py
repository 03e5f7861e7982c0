"""Which characters the fonts of a document can show, and what stands in for all others.

PDF/A forbids a character without a glyph, so the printer would refuse the whole invoice for one
name. The fonts are those inside the typst wheel, hence the same on every machine.
"""

import re
import unicodedata
from typing import Final

import anyascii

# Scripts that the fonts show well, in regular, bold and italic. A test prints every one of them.
PRINTABLE_RANGES: Final = (
    (0x0020, 0x007E),  # Latin, as far as U+024F
    (0x00A1, 0x00AC),
    (0x00AE, 0x024F),
    (0x0386, 0x0386),  # Greek
    (0x0388, 0x038A),
    (0x038C, 0x038C),
    (0x038E, 0x03A1),
    (0x03A3, 0x03CE),
    (0x0400, 0x0482),  # Cyrillic
    (0x048A, 0x04FF),
    (0x05D0, 0x05EA),  # Hebrew
    (0x10D0, 0x10FA),  # Georgian
    (0x1E00, 0x1EFF),  # Latin with two accents
    (0x2010, 0x2027),  # dashes, quotes, bullets
    (0x2030, 0x203E),
    (0x2044, 0x2044),
    (0x20A0, 0x20BF),  # currencies
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
)
STAND_IN: Final = "?"

_PRINTABLE: Final = frozenset(
    chr(point) for first, last in PRINTABLE_RANGES for point in range(first, last + 1)
)
# Accents of real names that have no composed form with every letter. They print only on a letter of
# the same font, and not in piles, so all others are left out.
ACCENTS: Final = (
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c"
    "\u0323\u0324\u0325\u0326\u0327\u0328\u032e\u0331"
)
LETTERS: Final = "A-Za-z\u00c0-\u024f\u0400-\u0482\u048a-\u04ff\u1e00-\u1eff"
_ACCENTED_LETTER_OR_STRAY_ACCENT: Final = re.compile(f"([{LETTERS}][{ACCENTS}]{{1,2}})|[{ACCENTS}]")
_SPACES: Final = re.compile(r"\s+")
# Pictures, skin tones, variation selectors and invisible format characters say nothing in print.
_LEFT_OUT: Final = frozenset({"So", "Sk", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})


def printable(text: str) -> str:
    """`text` on one line, in characters that certainly print.

    Letters and digits of other scripts become Latin ones (李雷 becomes LiLei), pictures and
    invisible characters are left out, and what remains unknown becomes a question mark.
    """
    composed = unicodedata.normalize("NFC", text)
    shown = "".join(_shown(character) for character in composed)
    legible = _ACCENTED_LETTER_OR_STRAY_ACCENT.sub(r"\1", shown)
    return unicodedata.normalize("NFC", _SPACES.sub(" ", legible).strip())


def _shown(character: str) -> str:
    if character in _PRINTABLE or character in ACCENTS:
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    if category in _LEFT_OUT:
        return ""
    return anyascii.anyascii(character) or STAND_IN
