"""What may be kept as evidence: a PDF or a picture whose name, type and content agree.

A file that is two things at once is how a harmless picture becomes a page with a script, so a PDF
must start at its first byte and end at its last mark, and a picture may carry no markup.
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_DOCUMENTS: Final = 10
# A camera has up to 200 million pixels; beyond that a small file only serves to exhaust a viewer.
MOST_PIXELS: Final = 250_000_000


class MediaType(StrEnum):
    """What is accepted."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


_EXTENSIONS: Final[Mapping[str, MediaType]] = MappingProxyType(
    {"pdf": MediaType.PDF, "png": MediaType.PNG, "jpg": MediaType.JPEG, "jpeg": MediaType.JPEG}
)
EXTENSION_OF: Final[Mapping[MediaType, str]] = MappingProxyType(
    {MediaType.PDF: "pdf", MediaType.PNG: "png", MediaType.JPEG: "jpg"}
)
# Never registered, and what some phones say for a JPEG all the same.
_ALIASES: Final = MappingProxyType({"image/jpg": MediaType.JPEG.value})
_FORBIDDEN_IN_NAMES: Final = frozenset('/\\:*?"<>|')
# Control, format (hidden and direction-changing), surrogate, private, unassigned; line separators.
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PDF_START: Final = re.compile(rb"%PDF-[12]\.[0-9]")
_PNG_START: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_JPEG_START: Final = b"\xff\xd8\xff"
_MARKUP: Final = re.compile(rb"<(html|script|iframe|!doctype|\?php)", re.IGNORECASE)


def is_safe_name(name: str) -> bool:
    """Whether a file name is only a name: 1 to 120 visible characters, no path, no disguise."""
    return (
        1 <= len(name) <= 120
        and not name.startswith(".")
        and name == name.strip()
        and not any(
            c in _FORBIDDEN_IN_NAMES or unicodedata.category(c) in _FORBIDDEN_CATEGORIES
            for c in name
        )
    )


def agreed_type(name: str, declared: str, content: bytes) -> MediaType | None:
    """The type on which the name's ending, the declared type and the first bytes agree, or None."""
    stem, _, ending = name.rpartition(".")
    by_name = _EXTENSIONS.get(ending.lower()) if stem else None
    starts = {
        MediaType.PDF: _PDF_START.match(content) is not None,
        MediaType.PNG: content.startswith(_PNG_START),
        MediaType.JPEG: content.startswith(_JPEG_START),
    }
    said = declared.lower()
    if by_name is None or _ALIASES.get(said, said) != by_name.value or not starts[by_name]:
        return None
    return by_name


def is_sound(kind: MediaType, content: bytes) -> bool:
    """Whether the content is one whole document of its type and nothing beside it."""
    if kind is MediaType.PDF:
        end = content.rfind(b"%%EOF")
        return (
            end > 0
            and not content[end + 5 :].strip(b"\r\n\t \x00")
            and not _MARKUP.search(content[:1024])
        )
    if _MARKUP.search(content):
        return False
    if kind is MediaType.PNG:
        pixels = int.from_bytes(content[16:20]) * int.from_bytes(content[20:24])
        return content.endswith(_PNG_END) and 0 < pixels <= MOST_PIXELS
    return 0 < _jpeg_pixels(content) <= MOST_PIXELS


def _jpeg_pixels(content: bytes) -> int:
    """Width times height from the frame header; 0 where there is none, or no end after it.

    Phones append data of their own after the end mark, so that the end need not be the last byte.
    """
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(content[place + 5 : place + 7])
            width = int.from_bytes(content[place + 7 : place + 9])
            return height * width if b"\xff\xd9" in content[place:] else 0
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    return 0
