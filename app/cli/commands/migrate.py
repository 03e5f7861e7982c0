"""`lehrwerk migrate`."""

import asyncio

import typer
from rich.console import Console

from app.cli import places
from app.cli.options import DataDir, settings_of
from migrations.running import upgrade

console = Console(stderr=True)


def command(data_dir: DataDir = None) -> None:
    """Bring the database's schema to this version. Safe to repeat."""

    async def run(url: str) -> None:
        async with places.opened(url) as database:
            await upgrade(database)

    settings = settings_of(data_dir)
    with places.database_url(settings) as url, console.status("migrating"):
        asyncio.run(run(url))
    typer.echo("The schema is up to date.")
