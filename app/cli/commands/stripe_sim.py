"""`lehrwerk stripe-sim`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import simulator
from app.settings import Settings


def command(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)],
    log: Annotated[Path | None, typer.Option(help="Traffic log, a JSON line each.")] = None,
    state: Annotated[Path | None, typer.Option(help="File that keeps its state.")] = None,
    notify: Annotated[
        str | None, typer.Option(help="Lehrwerk's address, whose letterbox gets the webhooks.")
    ] = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Run the Stripe simulator alone. It is not Stripe and refuses live keys."""
    simulator.run_here(
        Settings(), port=port, log=log, state=state, notify=notify, with_parent=with_parent
    )
