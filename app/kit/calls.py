"""Single statements that are a transaction each: one round trip, past the mapper and its session.

For the few deeds that happen a hundred times as often as all others. Whatever needs more than one
statement goes through `kit.db`.
"""

import asyncio
from typing import Any

import asyncpg


class Calls:
    """A pool of its own on the same server. Opens its first connection with its first call."""

    def __init__(self, url: str, *, size: int, settings: dict[str, str]) -> None:
        self._url = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._size = size
        self._settings = settings
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def row(self, statement: str, *values: Any) -> asyncpg.Record | None:
        """The first row, committed. `statement`: with $1, $2, … for `values`.

        Raises what asyncpg does; after a lost connection it is not known whether it took place.
        """
        pool = self._pool or await self._open()
        return await pool.fetchrow(statement, *values)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=self._size,
                    # Nothing is ever left behind on a connection that runs single statements.
                    reset=_nothing,
                    server_settings=self._settings,
                )
            return self._pool


async def _nothing(connection: asyncpg.Connection) -> None:
    del connection
