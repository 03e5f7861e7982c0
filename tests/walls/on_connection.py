"""Calls of prepared statements inside a connection that is rolled back in the end."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.kit.calls import Calls


class OnConnection(Calls):
    """Calls that are undone with all else on their connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def row(self, statement: str, *values: Any) -> Any:
        async with self._connection.begin_nested():
            raw = await self._connection.get_raw_connection()
            assert raw.driver_connection is not None
            return await raw.driver_connection.fetchrow(statement, *values)
