"""The demo is the journey: a whole deal over HTTP on a fresh installation, with green books."""

import shutil
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from app.demo.brief import BriefRefused, load, shipped
from app.domain.vocabulary import DOMAINS
from app.kit.postgres import launcher


def play(brief: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli.program", "demo", "--brief", brief,
         "--out", str(folder / "out"), "--data-dir", str(folder / "data")],
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def check(brief: str, folder: Path) -> None:
    played = play(brief, folder)
    assert played.returncode == 0, played.stdout + played.stderr
    lines = [line for line in played.stdout.splitlines() if line.strip()]
    assert 30 <= len(lines) <= 60
    (pdf,) = (folder / "out").glob("*.pdf")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)
    assert pdf.stem in text
    assert (folder / "out" / "invoices.csv").read_text().count(pdf.stem) == 1
    assert "BROKEN" not in played.stdout
    others_agree(folder / "out")
    assert left_running(folder) == []
    shutil.rmtree(launcher.home_of(folder / "data"), ignore_errors=True)


def others_agree(out: Path) -> None:
    """Checkers that are not ours read the books that the journey left; hledger where it is."""
    commands: list[list[str | Path]] = [
        [Path(sys.executable).with_name("bean-check"), "--no-cache", out / "ledger.beancount"]
    ]
    if hledger := shutil.which("hledger"):
        commands.append(
            [Path(hledger), "-f", out / "ledger.journal", "check", "--strict", "ordereddates"]
        )
    for command in commands:
        checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert checked.returncode == 0, checked.stderr
    assert "balance" in (out / "ledger.beancount").read_text()


def left_running(folder: Path) -> list[str]:
    """Commands of processes that still work on something in the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it ended meanwhile
            continue
        if str(folder) in command:
            found.append(command)
    return found


def test_the_whole_deal_is_told_and_the_books_prove_themselves(tmp_path: Path) -> None:
    check("emergency-physician", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("brief", [b for b in shipped() if b != "emergency-physician"])
def test_the_other_briefs_too(brief: str, tmp_path: Path) -> None:
    check(brief, tmp_path)


def test_every_shipped_brief_speaks_the_vocabulary() -> None:
    assert {load(Path(name)).position.domain for name in shipped()} <= set(DOMAINS)


def test_a_file_that_is_no_brief_is_explained(tmp_path: Path) -> None:
    broken = tmp_path / "mine.json"
    broken.write_text('{"about": 1}')
    with pytest.raises(BriefRefused, match="company"):
        load(broken)
    broken.write_text("no json")
    with pytest.raises(BriefRefused, match="not JSON"):
        load(broken)
    with pytest.raises(BriefRefused, match="emergency-physician"):
        load(tmp_path / "nowhere.json")
