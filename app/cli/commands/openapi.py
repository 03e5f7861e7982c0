"""`lehrwerk openapi`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import documents
from app.settings import Settings


def command(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when a file differs.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the files lie.")] = Path("openapi"),
) -> None:
    """Write the four doors' OpenAPI documents, or check that the files have not drifted."""
    settings = Settings()
    if not check:
        for file in documents.write(settings, folder):
            typer.echo(f"wrote {file}")
        return
    drifted = documents.drift(settings, folder)
    if drifted:
        typer.echo(f"Drifted: {', '.join(drifted)}. Run `lehrwerk openapi` and commit.", err=True)
        raise typer.Exit(1)
    typer.echo("The committed documents are what the code says.")
