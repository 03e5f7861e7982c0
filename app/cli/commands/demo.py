"""`lehrwerk demo`."""

from pathlib import Path
from typing import Annotated

import typer

from app.demo import playing
from app.demo.brief import shipped


def command(
    brief: Annotated[
        Path | None,
        typer.Option(help=f"A brief of your own (JSON), or one of: {', '.join(shipped())}."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the invoice and the exports go.")] = Path(
        "out/demo"
    ),
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the installation up, sign-ins printed.")
    ] = False,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the installation; a throw-away one if left out.")
    ] = None,
) -> None:
    """Play a whole deal on an empty machine, over HTTP, and prove the books.

    A company posts, a doctor applies, is matched with reasons, hired, works up to her cap, is
    approved, invoiced, collected and paid. Then every request is sent a second time.
    Exit code 0: told and proved; 1: something broke; 2: the brief cannot be read.
    """
    raise typer.Exit(playing.play(brief, out=out, keep=keep, data_dir=data_dir))
