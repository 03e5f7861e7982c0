"""Alembic environment: async engine from the config's attributes, or DATABASE_URL."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from app.kit.db import connect
from app.settings import Settings
from migrations.all_tables import metadata

config = context.config


def _include(name: str | None, kind: str, _: object) -> bool:
    """The queue's tables belong to its library, not to our metadata."""
    return not (kind == "table" and name is not None and name.startswith("pgqueuer"))


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=_include,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run_online(url: str) -> None:
    database = connect(url, application="lehrwerk-migrate")
    async with database.engine.begin() as connection:
        await connection.run_sync(_run)
    await database.close()


given = config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    url = Settings().database_url
    if url is None:
        raise SystemExit("Set DATABASE_URL, or use `lehrwerk migrate`, which knows the own server.")
    asyncio.run(_run_online(url))
