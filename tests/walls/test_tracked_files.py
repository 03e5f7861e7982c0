"""The project speaks of itself alone: no path of somebody's machine, no large or private file."""

import re

import pytest

from tests.walls import sources

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users)/[\w.-]+")
BINARY = (".pdf", ".png", ".jpg", ".ttf", ".otf", ".ico")
OWN = "tests/walls/test_tracked_files.py"


def said(text: str) -> list[str]:
    return [
        f"{number}: a path of one machine"
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]


def test_no_file_speaks_of_where_it_was_written() -> None:
    found = []
    for path in sources.tracked():
        if path == OWN or path.endswith(BINARY):
            continue
        text = (sources.ROOT / path).read_text(encoding="utf-8", errors="replace")
        found += [f"{path}:{line}" for line in said(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text", ["open('/home/somebody/x')", "see /Users/somebody/notes"])
def test_the_check_bites(text: str) -> None:
    assert said(text)


def test_no_large_or_private_files() -> None:
    odd = [
        path
        for path in sources.tracked()
        if (sources.ROOT / path).stat().st_size > 2_000_000
        or path.rsplit("/", 1)[-1] in {".env", "id_rsa", "credentials.json", "uv.lock"}
    ]
    assert odd == []
