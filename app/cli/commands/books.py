"""`lehrwerk books`."""

import asyncio
from typing import Annotated

import typer

from app.cli import places, proof
from app.cli.options import DataDir, settings_of


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Prove the books: every identity, or the rows that break it.

    Exit code 0 only if every identity holds; 1 otherwise.
    """
    settings = settings_of(data_dir)
    with places.database_url(settings) as url:
        identities = asyncio.run(proof.prove(url, lambda what: typer.echo(what, err=True)))
    typer.echo(proof.as_json(identities) if as_json else proof.as_table(identities))
    if not all(identity.holds for identity in identities):
        raise typer.Exit(1)
