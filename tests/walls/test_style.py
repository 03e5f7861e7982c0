"""Lint, format and strict types, as part of the one test command."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "app", "migrations", "tests"),
        ("ruff", "format", "--check", "app", "migrations", "tests"),
        ("mypy",),
    ],
    ids=["lint", "format", "types"],
)
def test_the_checkers_have_nothing_to_say(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
