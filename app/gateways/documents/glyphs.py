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
    (0x0300, 0x036F),  # accents that have no composed form
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
_PILED_ACCENTS: Final = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
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
    return _SPACES.sub(" ", _PILED_ACCENTS.sub(r"\1", shown)).strip()


def _shown(character: str) -> str:
    if character in _PRINTABLE:
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    if category in _LEFT_OUT:
        return ""
    return anyascii.anyascii(character) or STAND_IN
