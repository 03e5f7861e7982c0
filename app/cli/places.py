"""Which database a command works on: DATABASE_URL, or the embedded server of the data folder."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import typer
from pydantic import ValidationError

from app.kit.db import Database, connect
from app.kit.postgres import binaries, launcher
from app.settings import Settings

BAD_SETTINGS = 2
NO_DATABASE = 3


def read_settings(data_dir: Path | None) -> Settings:
    """The settings; a fault is explained and ends the command with exit code 2."""
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            typer.echo(f"Setting refused: {fault['msg']}", err=True)
        raise typer.Exit(BAD_SETTINGS) from None
    if data_dir is not None:
        settings = settings.model_copy(update={"data_dir": data_dir})
    return settings


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """An address of asyncpg's form; an embedded server started here is stopped here."""
    if settings.database_url is not None:
        yield plain(settings.database_url)
        return
    try:
        server = launcher.ensure(settings.data_dir, tell=lambda what: typer.echo(what, err=True))
    except (launcher.ServerFault, binaries.NoBinaries) as fault:
        typer.echo(f"No database: {fault}", err=True)
        raise typer.Exit(NO_DATABASE) from None
    try:
        yield server.url
    finally:
        server.stop()


def plain(url: str) -> str:
    """Without SQLAlchemy's driver suffix."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A Database for a short command."""
    database = connect(url, pool_size=2, application="lehrwerk-command")
    try:
        yield database
    finally:
        await database.close()
