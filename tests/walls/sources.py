"""The project's own files, for the tests that read them as text."""

import ast
import gc
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_SKIPPED = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".import_linter_cache"}


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the project's root, its text and its tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        # A collection in the middle of a parse that frees a greenlet upsets CPython 3.11's own
        # count of its depth ("AST constructor recursion depth mismatch").
        gc.disable()
        try:
            return ast.parse(self.text)
        finally:
            gc.enable()

    @property
    def room(self) -> str:
        """`projects` for app/projects/queries.py; the top folder's name outside `app`."""
        parts = self.path.split("/")
        return parts[1].removesuffix(".py") if parts[0] == "app" else parts[0]


@cache
def tracked() -> tuple[str, ...]:
    """Paths of everything that is, or with the next commit would be, part of the project."""
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if asked.returncode == 0:
        names = [name for name in asked.stdout.split("\0") if name]
    else:  # an unpacked archive
        names = [str(path.relative_to(ROOT)) for path in _walk(ROOT)]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in _SKIPPED:
            yield from _walk(entry)
        elif entry.is_file():
            yield entry


@cache
def python(*tops: str) -> tuple[Source, ...]:
    """Python files below the given top folders, without the generated migrations."""
    return tuple(
        Source(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in tracked()
        if path.endswith(".py")
        and path.split("/", 1)[0] in tops
        and not path.startswith("migrations/versions/")
    )


@cache
def contracts() -> dict[str, dict[str, Any]]:
    """The import contracts of pyproject.toml by id."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        found = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {each["id"]: each for each in found}
