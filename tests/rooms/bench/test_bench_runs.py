"""The bench runs clean from an empty folder: every call it measures is answered well."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_bench_of_time_prints_its_table(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    done = subprocess.run(
        [
            sys.executable, "-m", "app.cli.program", "bench", "time", "--seconds", "1",
            "--entries", "2000", "--data-dir", str(tmp_path / "data"),
        ],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.split("|")[1:3] for line in done.stdout.splitlines() if line.startswith("| ")]
    named = [name.strip() for name, _ in rows]
    assert named == [
        "what", "floor: six prepared statements, pgbench", "record_time",
        "start_timer, stop_timer", "get_allowance", "sync_time, 100 items (items)",
    ]  # fmt: skip
    assert all(int(rate.replace(",", "")) > 0 for _, rate in rows[1:])


@pytest.mark.slow
def test_bench_of_the_books_stands_on_sound_ground(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    done = subprocess.run(
        [
            sys.executable, "-m", "app.cli.program", "bench", "books", "--entries", "300000",
            "--data-dir", str(tmp_path / "data"),
        ],
        env=environment, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "| books on one connection |" in done.stdout
