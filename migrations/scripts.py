"""Running SQL scripts of several statements in a migration: asyncpg prepares only single ones."""

from alembic import op
from sqlalchemy.util import await_only


def run(script: str) -> None:
    """Execute `script` on the migration's own connection and transaction."""
    raw = op.get_bind().connection.driver_connection
    assert raw is not None
    await_only(raw.execute(script))
