"""The database: one engine, sessions, the base of all rows, and what must be true of the server."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Text, Uuid, event, exc, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.schema import MetaData

from app.kit.calls import Calls

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """Base of every table row. Text, bigint, timestamptz and jsonb by annotation."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        int: BigInteger(),
        str: Text(),
        datetime: DateTime(timezone=True),
        date: Date(),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


FIRST_DDL: list[tuple[str, str]] = []
EXTRA_DDL: list[tuple[str, str]] = []


def before_all(up: str, *, down: str) -> None:
    """Register SQL that must run before any table exists, such as a type."""
    FIRST_DDL.append((up, down))


def after_create(table: object, up: str, *, down: str) -> None:
    """Register SQL that belongs to a table but is no column: triggers, functions, exclusions.

    The same text is written into the baseline migration; a test compares both.
    """
    del table  # named for the reader; the order of registration is the order of execution
    EXTRA_DDL.append((up, down))


@dataclass(frozen=True, slots=True)
class Database:
    """The engine and its session factory, made once by the composition root."""

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    calls: Calls

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed on leaving, rolled back on an exception."""
        async with self.sessions() as session, session.begin():
            yield session

    async def close(self) -> None:
        await self.calls.close()
        await self.engine.dispose()


def normalise_url(url: str) -> str:
    """`postgres://` and `postgresql://` mean asyncpg here, whatever SQLAlchemy's default is."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+asyncpg://" + url.removeprefix(prefix)
    return url


def connect(url: str, *, pool_size: int = 8, application: str = "lehrwerk") -> Database:
    """A Database on `url`; opens no connection yet."""
    settings = {"application_name": application, "jit": "off", "timezone": "UTC"}
    engine = create_async_engine(
        normalise_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        isolation_level="READ COMMITTED",
        hide_parameters=True,  # a failed statement's message would carry amounts and names to logs
        connect_args={"server_settings": settings},
    )
    _look_at_what_was_idle(engine)
    calls = Calls(normalise_url(url), size=pool_size, settings=settings)
    return Database(engine, async_sessionmaker(engine, expire_on_commit=False), calls)


IDLE_S = 1.0


def _look_at_what_was_idle(engine: AsyncEngine) -> None:
    """Ask a pooled connection whether it lives only when it was idle for a while.

    The pool's own way asks before each use, in three round trips: as many as a short transaction
    has. A server that closes a connection says so, and the driver has heard it by then.
    """
    pool, dialect = engine.sync_engine.pool, engine.sync_engine.dialect

    def came_back(_: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    def is_taken(connection: Any, record: Any, _: Any) -> None:
        idle_since = record.info.pop("idle_since", None)
        if idle_since is None:
            return
        if connection.driver_connection.is_closed():
            raise exc.DisconnectionError
        if time.monotonic() - idle_since > IDLE_S:
            try:
                dialect.do_ping(connection)
            except Exception as error:
                raise exc.DisconnectionError from error

    event.listen(pool, "checkin", came_back)
    event.listen(pool, "checkout", is_taken)


class UnsafeServer(RuntimeError):
    """The PostgreSQL server would lose acknowledged work or break caps under concurrency."""


async def assert_guarantees(database: Database, *, allow_async_commit: bool = False) -> None:
    """Raise UnsafeServer unless the server is READ COMMITTED with durable commits.

    REPEATABLE READ with locks overshoots caps; synchronous_commit=off loses acknowledged commits.
    """
    async with database.engine.connect() as connection:
        row = (
            await connection.execute(
                text(
                    "SELECT current_setting('transaction_isolation') AS isolation,"
                    " current_setting('synchronous_commit') AS commits,"
                    " current_setting('fsync') AS fsync"
                )
            )
        ).one()
    faults = []
    if row.isolation != "read committed":
        faults.append(f"transaction_isolation is '{row.isolation}', must be 'read committed'")
    if not allow_async_commit:
        if row.commits == "off":
            faults.append("synchronous_commit is 'off', must be 'on'")
        if row.fsync != "on":
            faults.append(f"fsync is '{row.fsync}', must be 'on'")
    if faults:
        raise UnsafeServer("; ".join(faults))
