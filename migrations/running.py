"""Migrating from Python: used by `lehrwerk migrate`, `lehrwerk serve` and the tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from app.kit.db import Database

_HOME = Path(__file__).parent
_LOCK = 7_331_001  # any constant: two processes that start at once must not migrate at once


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(_HOME))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    command.upgrade(configuration(connection), "head")


async def upgrade(database: Database) -> None:
    """Bring the schema to the newest version; waits for another process that is doing it."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade)
