"""The rules of zones come from one pinned source, whatever the machine has."""

import subprocess
import sys
import tomllib
import zoneinfo

from app.domain import time_zones
from tests.walls import sources


def test_the_edition_is_pinned() -> None:
    project = tomllib.loads((sources.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = project["tool"]["uv"]["constraint-dependencies"]
    assert f"tzdata=={time_zones.edition()}" in pins


def test_the_machines_own_rules_are_not_read() -> None:
    """Here, where all is loaded, and in a process that loads no more than weeks."""
    assert zoneinfo.TZPATH == ()
    script = (
        "import zoneinfo, app.domain.weeks as weeks;"
        "print(zoneinfo.TZPATH, weeks.zone('Europe/Berlin').key)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONTZPATH": "/usr/share/zoneinfo"},
        cwd=sources.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["()", "Europe/Berlin"]
