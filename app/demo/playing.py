"""`lehrwerk demo`: a fresh installation, the story, and the proof."""

import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from app.demo import brief as briefs
from app.demo import settlement, story, week
from app.demo.brief import Brief
from app.demo.clients import DoorRefused
from app.demo.stage import Stage, StageFault
from app.demo.telling import Teller

FAILED = 1
BAD_BRIEF = 2


def play(brief_file: Path | None, *, out: Path, keep: bool, data_dir: Path | None) -> int:
    """Play the story; the exit code: 0 told and proved, 1 something broke, 2 not a brief.

    A SIGTERM ends the installation too, as Ctrl-C does.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console()
    try:
        brief = briefs.load(brief_file)
    except briefs.BriefRefused as refused:
        console.print(f"This brief cannot be played. {refused}", markup=False)
        return BAD_BRIEF
    if data_dir is None:
        with tempfile.TemporaryDirectory(prefix="lehrwerk-demo-") as folder:
            return _play(brief, Path(folder), out=out, keep=keep, console=console)
    return _play(brief, data_dir, out=out, keep=keep, console=console)


def _play(brief: Brief, data_dir: Path, *, out: Path, keep: bool, console: Console) -> int:
    console.print(f"[bold]Lehrwerk[/bold]: {brief.about}")
    with Stage(data_dir) as stage:
        try:
            with console.status(
                "starting a whole installation (PostgreSQL, Stripe simulator, API)"
            ):
                stage.start()
        except StageFault as fault:
            console.print(str(fault), markup=False)
            return FAILED
        try:
            cast, green = _tell(brief, stage, out, console)
        except DoorRefused as fault:
            console.print(f"\nThe story broke: {fault}", markup=False)
            return FAILED
        if green and keep:
            _show_sign_ins(stage, cast, console)
            stage.wait()
    return 0 if green else FAILED


def _tell(brief: Brief, stage: Stage, out: Path, console: Console) -> tuple[story.Cast, bool]:
    out.mkdir(parents=True, exist_ok=True)
    teller = Teller(console)
    cast = story.register(stage, brief, teller)
    story.post(brief, cast, stage, teller)
    story.match_and_hire(brief, cast, stage, teller)
    week.work(brief, cast, stage, teller)
    week.approve(cast, teller)
    settlement.invoice(brief, cast, stage, out, teller)
    settlement.pay_out(cast, stage, teller)
    settlement.export(brief, cast, stage, out, teller)
    settlement.play_again(cast, stage, teller)
    reconciled = settlement.reconcile(cast, teller)
    return cast, settlement.prove(stage, teller) and reconciled


def _show_sign_ins(stage: Stage, cast: story.Cast, console: Console) -> None:
    console.print(f"\nThe installation stays up at {stage.base} until Ctrl-C.", markup=False)
    for client in (cast.company, cast.trainer, cast.finance, cast.operations):
        with_ = client.sign_in_with
        line = f"  {client.door:<10} {stage.base}/{client.door}/v1/docs  {with_.email}  "
        line += with_.password
        if with_.totp_secret:
            line += f"  totp {with_.totp_secret}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
