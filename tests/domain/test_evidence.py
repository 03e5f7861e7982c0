"""What is kept as evidence, and the disguises that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import evidence
from app.domain.evidence import MediaType, agreed_type, is_safe_name, is_sound
from tests.factories import papers

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    "name",
    [
        "licence.pdf",
        "Approbation Dr. Beispiel (2).PDF",
        "IMG_0001.jpeg",
        "资格证.png",
        "ärztin.jpg",
    ],
)
def test_plain_names_are_safe(name: str) -> None:
    assert is_safe_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "", ".pdf", " x.pdf", "x.pdf ", "../../etc/passwd.pdf", "a/b.pdf", "..\\x.pdf", "C:x.pdf",
        "licence\u202efdp.exe.pdf", "x\u0000.pdf", "x\r\nSet-Cookie: a.pdf", 'x".pdf', "x\x7f.pdf",
        "a\u200b.pdf", "\ud800.pdf", "x\u2028.pdf", "x" * 117 + ".pdf", "x\x1b[31m.pdf", "a|b.pdf",
    ],
)  # fmt: skip
def test_disguised_names_are_not(name: str) -> None:
    assert not is_safe_name(name)


@given(st.text(max_size=130))
def test_a_safe_name_is_one_visible_line_without_a_path(name: str) -> None:
    if is_safe_name(name):
        assert len(name.splitlines()) == 1
        assert all(c.isprintable() or c.isspace() for c in name)
        assert not set(name) & set('/\\"')
        assert name.encode()


@pytest.mark.parametrize(
    ("name", "declared", "content", "kind"),
    [
        ("a.pdf", "application/pdf", papers.PDF, MediaType.PDF),
        ("a.b.PDF", "APPLICATION/PDF", papers.PDF, MediaType.PDF),
        ("a.png", "image/png", papers.png(), MediaType.PNG),
        ("a.jpg", "image/jpeg", papers.jpeg(), MediaType.JPEG),
        ("a.jpeg", "image/jpeg", papers.jpeg(), MediaType.JPEG),
        ("a.jpg", "image/jpg", papers.jpeg(), MediaType.JPEG),
        ("a.png", "image/jpeg", papers.jpeg(), None),
        ("a.jpg", "image/png", papers.jpeg(), None),
        ("a.jpg", "image/jpeg", papers.png(), None),
        ("a.exe", "application/pdf", papers.PDF, None),
        ("pdf", "application/pdf", papers.PDF, None),
        ("a", "application/pdf", papers.PDF, None),
        ("a.pdf.html", "text/html", papers.PDF, None),
        ("a.pdf", "application/octet-stream", papers.PDF, None),
        ("a.pdf", "application/pdf", b"<html>" + papers.PDF, None),
        ("a.pdf", "application/pdf", b"\n" + papers.PDF, None),
        ("a.pdf", "application/pdf", EICAR, None),
        ("a.pdf", "application/pdf", b"PK\x03\x04" + papers.PDF, None),
        ("a.pdf", "application/pdf", b"", None),
        ("a.svg", "image/svg+xml", SVG, None),
        ("a.png", "image/png", SVG, None),
    ],
)
def test_name_type_and_content_must_agree(
    name: str, declared: str, content: bytes, kind: MediaType | None
) -> None:
    assert agreed_type(name, declared, content) is kind


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (MediaType.PDF, papers.PDF),
        (MediaType.PDF, papers.PDF + b"\r\n\x00\x00"),
        (MediaType.PNG, papers.png(4000, 3000)),
        (MediaType.JPEG, papers.jpeg(4000, 3000)),
        (MediaType.JPEG, papers.jpeg(before=b"\xff\xfe\x00\x05abc", after=b"SEFT of a phone")),
        (MediaType.JPEG, papers.jpeg(before=b"\xff\xff\xff\xc4\x00\x02")),
    ],
)
def test_whole_documents_are_sound(kind: MediaType, content: bytes) -> None:
    assert is_sound(kind, content)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (MediaType.PDF, papers.PDF[:-8]),
        (MediaType.PDF, papers.PDF + b"PK\x03\x04 an archive behind it"),
        (MediaType.PDF, b"%PDF-1.7\n<script>alert(1)</script>" + papers.PDF),
        (MediaType.PDF, b"%PDF-1.7\n<!DOCTYPE html>" + papers.PDF),
        (MediaType.PNG, papers.png()[:-3]),
        (MediaType.PNG, papers.png() + b"<html>"),
        (MediaType.PNG, papers.png() + b"PK\x03\x04"),
        (MediaType.PNG, papers.png(30_000, 30_000)),
        (MediaType.PNG, papers.png(0, 5)),
        (MediaType.JPEG, papers.jpeg(30_000, 30_000)),
        (MediaType.JPEG, papers.jpeg(0, 5)),
        (MediaType.JPEG, papers.jpeg(after=b"<ScRiPt>alert(1)</script>")),
        (MediaType.JPEG, papers.jpeg(before=b"\xff\xfe\x00\x0a<?php 1;")),
        (MediaType.JPEG, papers.jpeg()[:-2]),
        (MediaType.JPEG, b"\xff\xd8\xff\xe0\x00\x02"),
        (MediaType.JPEG, b"\xff\xd8\xff\xe0\x00\x02" + b"no segment here"),
        (MediaType.JPEG, b"\xff\xd8\xff"),
    ],
)
def test_damaged_double_and_oversized_ones_are_not(kind: MediaType, content: bytes) -> None:
    assert not is_sound(kind, content)


@given(st.sampled_from(MediaType), st.binary(max_size=400))
def test_no_bytes_make_the_look_fail(kind: MediaType, content: bytes) -> None:
    for start in (b"", b"\xff\xd8\xff\xe0", b"%PDF-1.4"):
        assert is_sound(kind, start + content) in (True, False)


def test_every_type_has_an_extension() -> None:
    assert set(evidence.EXTENSION_OF) == set(MediaType)
